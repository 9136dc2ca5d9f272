// PorticoSQL
