"""Questions in, cited answers out: records, library, retrieval, evidence and wording."""
