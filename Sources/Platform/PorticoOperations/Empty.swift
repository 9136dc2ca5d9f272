// PorticoOperations
