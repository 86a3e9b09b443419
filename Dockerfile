FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded PostgreSQL stays out: in a container the database is another one.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm rebuild node
COPY . .
USER node
ENV HOST=0.0.0.0
EXPOSE 4000
CMD ["node", "src/cli/main.ts", "start"]
