"""People: organisations, information systems, users, roles, personas, the working calendar."""
