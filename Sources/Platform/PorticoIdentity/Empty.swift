// PorticoIdentity
