/// Finds the data of server-sent events in bytes as they come. Comments, ids and names are passed over.
public struct EventLines: Sendable {
    private var line: [UInt8] = []
    private static let mark = Array("data:".utf8)

    /// Lines of a stream that begins.
    public init() {}

    /// Takes the next bytes.
    /// - Parameter hear: hears the rest of each line of data that is whole now.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, hear: (ArraySlice<UInt8>) -> Void) {
        for byte in bytes {
            guard byte == 0x0A else {
                line.append(byte)
                continue
            }
            if line.starts(with: EventLines.mark) {
                var data = line.dropFirst(EventLines.mark.count)
                if data.first == 0x20 { data = data.dropFirst() }
                if data.last == 0x0D { data = data.dropLast() }
                hear(data)
            }
            line.removeAll(keepingCapacity: true)
        }
    }
}
