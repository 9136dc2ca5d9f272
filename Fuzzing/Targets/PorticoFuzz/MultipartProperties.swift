@testable import PorticoHTTP

/// A form with a file gives the same parts however its bytes are cut.
enum MultipartProperties {
    static func check(_ input: [UInt8]) {
        let whole = parts(input, by: max(1, input.count))
        for size in [1, 3, 17] { expect(parts(input, by: size) == whole, "the same parts in pieces of \(size)") }
    }

    /// The parts in order as text; nil for what is no form.
    private static func parts(_ input: [UInt8], by size: Int) -> [String]? {
        guard var reader = MultipartReader(contentType: "multipart/form-data; boundary=b") else { return nil }
        var found: [String] = []
        var content: [UInt8] = []
        var start = 0
        do {
            while start < input.count {
                let end = min(input.count, start + size)
                try Array(input[start..<end]).withUnsafeBytes { bytes in
                    try reader.take(bytes) { event in
                        switch event {
                        case .began(let name, let file): found.append("\(name)|\(file ?? "-")")
                        case .bytes(let bytes): content += bytes
                        case .ended:
                            found.append(String(decoding: content, as: UTF8.self))
                            content = []
                        }
                    }
                }
                start = end
            }
        } catch {
            return nil
        }
        return reader.isComplete ? found : nil
    }
}
