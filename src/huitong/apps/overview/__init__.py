"""What spans the apps: the city's data flow, status, pages that join several domains."""
