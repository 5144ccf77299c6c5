"""The register of organisations, information systems and IT projects (清理信息孤岛)."""
