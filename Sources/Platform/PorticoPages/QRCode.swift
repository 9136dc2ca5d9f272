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

    /// The code of a text's UTF-8.
    /// - Returns: nil for the empty text, and for more than the 2,331 bytes that the largest symbol holds.
    public init?(_ text: String, label: String) {
        let bytes = Array(text.utf8)
        guard (1...2331).contains(bytes.count),
            let symbol = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { return nil }
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

    /// Each run of dark modules of a row as a rectangle one module high.
    var path: String {
        (0..<size).map { row in
            runs(in: row).map { run in
                "M\(run.lowerBound + QRCode.quietZone) \(row + QRCode.quietZone)h\(run.count)v1h-\(run.count)z"
            }.joined()
        }.joined()
    }

    private func runs(in row: Int) -> [Range<Int>] {
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
