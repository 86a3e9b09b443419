const overview = `# What one viewer sees, and may do with it.
# Choose another viewer above: the same query,
# filtered by Postgres.
query Overview {
  viewer {
    user { name role }
    isAnonymous
  }
  processes(first: 1) {
    totalCount
    nodes {
      reference
      client { name }
      fieldAccess { field level }
      abilities
    }
  }
  documents(first: 1) {
    totalCount
    nodes {
      title
      folder { path }
      fieldAccess { field level }
      abilities
    }
  }
  archives(first: 50) {
    nodes { name folders { nodes { name } } }
  }
}
`;

const processes = `# Levels and abilities come with each record. Here
# processes that have ended are frozen: nobody may
# change them, whatever the rights.
query Processes {
  processes(first: 20) {
    totalCount
    nodes {
      id
      version
      reference
      responsible
      responsibleLevel: fieldLevel(field: RESPONSIBLE)
      endedAt
      abilities
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const documents = `# Notes belong to the second level of review, whose
# plane exposes only documents with a relevancy.
# gus is in the planes of both: cells don't mix.
query Documents {
  withRelevancy: documents(
    where: { relevancy: { isSet: true } }
    first: 1
  ) {
    totalCount
    nodes { ...Cells }
  }
  without: documents(
    where: { relevancy: { isNotSet: true } }
    first: 1
  ) {
    totalCount
    nodes { ...Cells }
  }
}

fragment Cells on Document {
  title
  folder { path }
  relevancy
  notes
  notesLevel: fieldLevel(field: NOTES)
  abilities
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

const rights = `# Whom the viewer sees; rights by company (ben has
# the document worklist in one of two); functions.
query Rights {
  users(first: 20) { nodes { name role } }
  groups(first: 20) { nodes { name } }
  viewer {
    applications {
      company { name }
      title
      rights { title level }
    }
    functions { name allowed }
  }
}
`;

const mailbox = `# What comes into the viewer's mailbox. Let it
# run, open another window (/?as=ben), and place
# a process from there, by the next tab.
subscription Mailbox {
  mailboxChanged {
    kind
    id
    entry {
      note
      sender { name }
      record {
        ... on Process {
          reference
          dueAt
          abilities
        }
      }
    }
    cursor
  }
}
`;

const place = `# First choose a process, and who gets it. Then
# place it, with their ids as variables.
query Choose {
  processes(
    where: { endedAt: { isSet: false } }
    first: 3
  ) {
    nodes { id reference }
  }
  users(first: 20) { nodes { id name } }
}

mutation Place($records: [ID!]!, $to: ID!) {
  placeInMailbox(
    input: {
      records: $records
      recipients: [$to]
      note: "The site plan is here now."
    }
  ) {
    placed
  }
}
`;

const chosen = `{
  "records": ["…"],
  "to": "…"
}
`;

export const defaultTabs = [
  ...[overview, processes, documents, definition, rights, mailbox].map((query) => ({ query })),
  { query: place, variables: chosen },
];
