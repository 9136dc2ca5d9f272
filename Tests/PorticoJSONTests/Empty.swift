// PorticoJSON
