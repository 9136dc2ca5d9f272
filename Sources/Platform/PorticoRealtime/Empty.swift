// PorticoRealtime
