// PorticoValues
