@_exported import PorticoValues
