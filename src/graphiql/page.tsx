import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';
import { defaultTabs } from './default-queries.ts';
import './page.css';
import { authorization, fetchAsViewer, firstViewer, offeredViewers, viewAs } from './session.ts';
import { ViewerPicker } from './viewer-picker.tsx';

const socketClient = createClient({
  url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
  connectionParams: () => ({ authorization: authorization() ?? undefined }),
});

const ask = createGraphiQLFetcher({ url: '/graphql', fetch: fetchAsViewer, wsClient: socketClient });
const fetcher: Fetcher = (params, options) => ask(ofThisTab(params), options);

/** A tab that was just opened has the operation name of the one before for a moment, which its query doesn't hold. */
function ofThisTab({ operationName, ...params }: FetcherParams): FetcherParams {
  const held = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`).test(params.query);
  return held ? { ...params, operationName } : params;
}

async function show(page: HTMLElement) {
  const offered = await offeredViewers();
  if (offered.length > 0) await viewAs(firstViewer(offered)).catch(() => undefined);
  createRoot(page).render(
    <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} defaultEditorToolsVisibility={false}>
      <GraphiQL.Logo>
        {offered.length > 0 ? (
          <ViewerPicker
            offered={offered}
            // An open socket stays the former viewer's: the next subscription opens its own.
            onChange={() => {
              socketClient.terminate();
            }}
          />
        ) : (
          <div className="viewer-picker">
            <span className="product">Rowplane</span>
          </div>
        )}
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}

const page = document.getElementById('page');
if (page) void show(page);
