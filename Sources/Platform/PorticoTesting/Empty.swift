// PorticoTesting
