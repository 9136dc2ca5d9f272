// PorticoPostgreSQL
