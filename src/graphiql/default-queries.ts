const processes = `# What the viewer above sees of the processes: records, the level of each field, and what may be done with each record.
# Choose another viewer under "View as": the same query, filtered by Postgres.
query Processes {
  viewer {
    user { name role }
    isAnonymous
  }
  processes(first: 20) {
    totalCount
    nodes {
      reference
      channel
      dueAt
      client { name }
      archive { name }
      fieldAccess { field level }
      abilities
      version
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const documents = `# Documents under review. Try emil (first level), fay (second level) and gus (both: the cells don't mix).
query Documents {
  documents(first: 20) {
    totalCount
    nodes {
      id
      title
      relevancy
      archive { name }
      fieldAccess { field level }
      abilities
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const definition = `# What the viewer may do with processes in general: fields with their levels, views, layouts, abilities.
query Definition {
  definition(name: "process") {
    fields { name type level }
    views { name fields }
    layouts { name }
    documentViewers { name }
    abilities { name allowed fields }
  }
  archives(first: 50) {
    nodes {
      name
      clientsEnabled
      selectableClients { name }
      prefilledClient { name }
    }
  }
}
`;

export const defaultTabs = [{ query: processes }, { query: documents }, { query: definition }];
