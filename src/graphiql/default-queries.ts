const processes = `# What one viewer sees: records, the level of each
# field, and what may be done with each record.
# Choose another viewer above: the same query,
# filtered by Postgres.
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

const documents = `# Documents under review, as emil (first level), fay
# (second level) or gus (both: cells don't mix).
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

const definition = `# What the viewer may do with processes in general,
# and in which archives and for which clients.
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
