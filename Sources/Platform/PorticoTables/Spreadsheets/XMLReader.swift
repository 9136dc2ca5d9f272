import CExpat
import Glibc

/// What hears of the parts of an XML document.
protocol XMLConsumer: AnyObject {
    /// An element begins.
    func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(TableError)
    /// An element ends.
    func end(_ name: XMLName) throws(TableError)
    /// Text; a run of it may come in pieces.
    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError)
}

/// The local name of an element or attribute; valid within the call only.
struct XMLName {
    private let text: UnsafePointer<CChar>

    fileprivate init(_ qualified: UnsafePointer<CChar>) {
        text = strchr(qualified, 0x3A).map { UnsafePointer($0 + 1) } ?? qualified
    }

    func callAsFunction(_ name: StaticString) -> Bool {
        strcmp(text, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }
}

/// The attributes of an element; valid within the call only.
struct XMLAttributes {
    fileprivate let pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>

    /// The value of the attribute with this local name.
    func value(_ name: StaticString) -> UnsafePointer<CChar>? {
        var index = 0
        while let key = pairs[index] {
            if XMLName(key)(name) { return pairs[index + 1] }
            index += 2
        }
        return nil
    }

    /// The same as a string.
    func text(_ name: StaticString) -> String? {
        value(name).map { String(cString: $0) }
    }
}

/// Takes an XML document apart as it comes, with libexpat. Documents with a type of their own are refused: no workbook has
/// one, and with it would come entities.
final class XMLReader {
    private let parser: XML_Parser
    private let consumer: any XMLConsumer
    private var failure: TableError?
    /// Elements that are open.
    private var depth = 0
    /// Bytes that were given so far.
    private var fed = 0
    /// Deeper than the parts of a workbook ever are; each level costs memory.
    private static let mostDepth = 64
    /// Bytes of a tag or comment that has no end yet: the parser keeps them all.
    private static let longestToken = 1 << 20

    init(_ consumer: any XMLConsumer) throws(TableError) {
        guard let parser = XML_ParserCreate(nil) else { throw TableError(.storage, "There is no memory for reading.") }
        self.parser = parser
        self.consumer = consumer
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, attributes in
                guard let name, let attributes else { return }
                let reader = XMLReader.of(data)
                reader?.depth += 1
                let isTooDeep = reader.map { $0.depth > XMLReader.mostDepth } ?? false
                reader?.pass { consumer throws(TableError) in
                    if isTooDeep { throw TableError(.damaged, "The workbook is nested deeper than workbooks are.") }
                    try consumer.begin(XMLName(name), XMLAttributes(pairs: attributes))
                }
            },
            { data, name in
                guard let name, let reader = XMLReader.of(data) else { return }
                reader.depth -= 1
                reader.pass { consumer throws(TableError) in try consumer.end(XMLName(name)) }
            })
        XML_SetCharacterDataHandler(parser) { data, text, count in
            text?.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { start in
                let bytes = UnsafeBufferPointer(start: start, count: Int(count))
                XMLReader.of(data)?.pass { consumer throws(TableError) in try consumer.text(bytes) }
            }
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            XMLReader.of(data)?.pass { _ throws(TableError) in throw ZipDirectory.damaged }
        }
    }

    deinit { XML_ParserFree(parser) }

    /// Takes the next bytes, and the last ones.
    /// - Throws: ``TableError``: `.damaged` for what is no XML, or what the consumer throws.
    func take(_ bytes: [UInt8], isLast: Bool) throws(TableError) {
        let status = bytes.withUnsafeBytes { raw in
            XML_Parse(parser, raw.bindMemory(to: CChar.self).baseAddress, CInt(raw.count), isLast ? 1 : 0)
        }
        if let failure { throw failure }
        guard status == XML_STATUS_OK else { throw ZipDirectory.damaged }
        fed += bytes.count
        guard fed - max(0, Int(XML_GetCurrentByteIndex(parser))) <= XMLReader.longestToken else {
            throw TableError(.damaged, "A tag of the workbook is longer than a mebibyte.")
        }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> XMLReader? {
        data.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Calls the consumer; what it throws ends the parsing.
    private func pass(_ call: (any XMLConsumer) throws(TableError) -> Void) {
        guard failure == nil else { return }
        do throws(TableError) {
            try call(consumer)
        } catch {
            failure = error
            XML_StopParser(parser, 0)
        }
    }
}

extension XMLReader {
    /// Reads a whole entry of an archive.
    static func read(_ entry: ZipDirectory.Entry, of source: any ByteSource, _ consumer: any XMLConsumer)
        throws(TableError)
    {
        let reader = try XMLReader(consumer)
        let bytes = try ZipEntryReader(source, entry)
        while let piece = try bytes.next() { try reader.take(piece, isLast: false) }
        try reader.take([], isLast: true)
    }
}
