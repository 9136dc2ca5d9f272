import PorticoValues

/// The strings that cells of a workbook name by number: the first megabytes in memory, the rest in a temporary file.
final class SharedStrings: XMLConsumer {
    private static let mostInMemory = 32 << 20
    /// More than a workbook of half a million rows can need; each costs four bytes of memory.
    private static let mostStrings = 8_000_000

    /// Where each string ends; it begins where the one before ends.
    private var ends: [UInt32] = []
    private var memory: [UInt8] = []
    private var spilled = 0
    private var file: TemporaryFile?
    private var current: [UInt8] = []
    private var isText = false
    private var isPhonetic = false
    /// The string that was asked for last: cells that follow each other often say the same, and share it.
    private var last: (number: Int, text: String)?

    /// Reads the table of strings.
    /// - Throws: ``TableError``.
    init(_ entry: ZipDirectory.Entry?, of source: any ByteSource) throws(TableError) {
        guard let entry else { return }
        try XMLReader.read(entry, of: source, self)
    }

    /// The string with a number.
    /// - Throws: ``TableError`` `.damaged` where there is none.
    subscript(number: Int) -> String {
        get throws(TableError) {
            if let last, last.number == number { return last.text }
            let text = try read(number)
            last = (number, text)
            return text
        }
    }

    private func read(_ number: Int) throws(TableError) -> String {
        guard ends.indices.contains(number) else { throw ZipDirectory.damaged }
        let start = number == 0 ? 0 : Int(ends[number - 1])
        let end = Int(ends[number])
        if start >= spilled {
            return String(decoding: memory[(start - spilled)..<(end - spilled)], as: UTF8.self)
        }
        guard let file else { throw ZipDirectory.damaged }
        do throws(TemporaryFileError) {
            return String(decoding: try file.read(at: start, count: end - start), as: UTF8.self)
        } catch {
            throw TableError(.storage, "\(error)")
        }
    }

    func begin(_ name: XMLName, _ attributes: XMLAttributes) {
        if name("si") { current.removeAll(keepingCapacity: true) }
        if name("rPh") { isPhonetic = true }
        if name("t") { isText = !isPhonetic }
    }

    func end(_ name: XMLName) throws(TableError) {
        if name("t") { isText = false }
        if name("rPh") { isPhonetic = false }
        if name("si") { try keep() }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
        guard isText else { return }
        current.append(contentsOf: bytes)
        try SheetReader.checkLength(current.count)
    }

    private func keep() throws(TableError) {
        guard ends.count < SharedStrings.mostStrings else {
            throw TableError(.tooDense, "The workbook has more than 8 million different texts.")
        }
        memory += Array(try SheetReader.content(current).utf8)
        ends.append(UInt32(spilled + memory.count))
        if memory.count > SharedStrings.mostInMemory { try spill() }
    }

    private func spill() throws(TableError) {
        let start = spilled
        let file: TemporaryFile
        do throws(TemporaryFileError) {
            if let present = self.file { file = present } else { file = try TemporaryFile() }
            try file.write(memory, at: start)
        } catch {
            throw TableError(.storage, "\(error)")
        }
        self.file = file
        spilled += memory.count
        memory.removeAll(keepingCapacity: true)
    }
}
