import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { firstViewer, viewAs, type OfferedViewer } from './session.ts';

/** The *View as* picker. A choice runs the query at once, so that the two answers can be compared. */
export function ViewerPicker({ offered, onChange }: { offered: OfferedViewer[]; onChange: () => void }) {
  const actions = useGraphiQLActions();
  const editorIsThere = useGraphiQL((state) => state.queryEditor !== undefined && state.responseEditor !== undefined);
  const [name, setName] = useState(() => firstViewer(offered));
  const [problem, setProblem] = useState('');
  const chosen = offered.find((viewer) => viewer.name === name);

  useEffect(() => {
    document.title = `Rowplane as ${name}`;
  }, [name]);

  // The first answer comes without asking.
  useEffect(() => {
    if (editorIsThere) actions.run();
  }, [editorIsThere, actions]);

  async function choose(next: string) {
    try {
      await viewAs(next);
      setName(next);
      setProblem('');
      onChange();
      actions.run();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <div className="viewer-picker">
      {problem && <span className="problem">{problem}</span>}
      <label htmlFor="view-as">View as</label>
      <select id="view-as" value={name} title={chosen?.note} onChange={(event) => void choose(event.target.value)}>
        {offered.map((viewer) => (
          <option key={viewer.name} value={viewer.name}>
            {[viewer.name, viewer.note].filter(Boolean).join(' · ')}
          </option>
        ))}
      </select>
      <span className="product">Rowplane</span>
    </div>
  );
}
