// PorticoEvents
