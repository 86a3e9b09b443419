FROM node:24-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node --input-type=module --eval "await (await import('/app/src/graphiql/build.ts')).builtPage(console.log)"

FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded PostgreSQL (an optional package) stays out: in a container the database is another one.
RUN npm ci --omit=dev --omit=optional --ignore-scripts
COPY . .
COPY --from=page /app/dist ./dist
USER node
ENV HOST=0.0.0.0
EXPOSE 4000
CMD ["node", "src/cli/main.ts", "start"]
