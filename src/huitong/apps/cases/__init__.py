"""Cases: the one engine for what people must act on."""
