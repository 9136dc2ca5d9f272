import CQRencode

/// A text as a QR code (ISO/IEC 18004, error correction M), drawn into the page: dark on light with a quiet zone of four
/// modules, also where the page is dark, because cameras expect it so.
public struct QRCode: PageComponent, Hashable {
    /// Light modules around the symbol (ISO/IEC 18004 §5.3.8).
    public static let quietZone = 4

    /// What readers hear in place of the drawing.
    public let label: String
    /// Modules along one side, without the quiet zone: 21, 25, … 177.
    public let size: Int
    /// The modules row by row, true where dark.
    private let modules: [Bool]

    /// The smallest code of a text: in alphanumeric mode where that has all of its characters (ISO/IEC 18004 §7.4.4: digits,
    /// capitals, space and `$%*+-./:`), else of its UTF-8.
    /// - Returns: nil for the empty text, and for more than the largest symbol holds: 2,331 bytes, or 3,391 characters of
    ///   alphanumeric mode.
    public init?(_ text: String, label: String) {
        let bytes = Array(text.utf8)
        let isAlphanumeric = bytes.allSatisfy(QRCode.isAlphanumeric)
        guard (1...(isAlphanumeric ? 3391 : 2331)).contains(bytes.count),
            let input = QRinput_new2(0, QR_ECLEVEL_M)
        else { return nil }
        defer { QRinput_free(input) }
        let mode = isAlphanumeric ? QR_MODE_AN : QR_MODE_8
        guard QRinput_append(input, mode, Int32(bytes.count), bytes) == 0, let symbol = QRcode_encodeInput(input) else {
            return nil
        }
        defer { QRcode_free(symbol) }
        let size = Int(symbol.pointee.width)
        // The lowest bit of a module says whether it is dark; the others tell what it belongs to.
        modules = UnsafeBufferPointer(start: symbol.pointee.data, count: size * size).map { $0 & 1 == 1 }
        self.size = size
        self.label = label
    }

    /// Whether a module is dark. Columns and rows count from zero at the upper left corner of the symbol.
    public func isDark(column: Int, row: Int) -> Bool {
        modules[row * size + column]
    }

    /// The drawing: one path, and no style that a strict content policy could refuse.
    public var html: HTML {
        let side = size + 2 * QRCode.quietZone
        return """
            <svg class="qr" viewBox="0 0 \(side) \(side)" role="img" aria-label="\(label)" shape-rendering="crispEdges">\
            <rect width="\(side)" height="\(side)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>
            """
    }

    /// The drawing as a file of its own.
    /// - Parameter side: of the square with its quiet zone, in millimetres.
    public func svgFile(side millimetres: Int) -> [UInt8] {
        let side = size + 2 * QRCode.quietZone
        let drawing: HTML = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(millimetres)mm" height="\(millimetres)mm" \
            viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges"><title>\(label)</title>\
            <rect width="\(side)" height="\(side)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>
            """
        return Array(drawing.text.utf8)
    }

    /// Each run of dark modules of a row as a rectangle one module high.
    var path: String {
        (0..<size).map { row in
            runs(in: row).map { run in
                "M\(run.lowerBound + QRCode.quietZone) \(row + QRCode.quietZone)h\(run.count)v1h-\(run.count)z"
            }.joined()
        }.joined()
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x20, 0x24, 0x25, 0x2A, 0x2B, 0x2D...0x2F, 0x3A: true
        default: false
        }
    }

    /// The runs of dark modules of a row, from the left.
    func runs(in row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for column in 0..<size where isDark(column: column, row: row) {
            if let last = runs.last, last.upperBound == column {
                runs[runs.count - 1] = last.lowerBound..<column + 1
            } else {
                runs.append(column..<column + 1)
            }
        }
        return runs
    }
}
