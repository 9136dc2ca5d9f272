/// One sheet of paper. Distances are millimetres from the upper left corner; sizes of letters are points.
public struct PDFPage: Sendable {
    /// Points of a millimetre.
    private static let scale = 72 / 25.4

    /// Width in millimetres.
    public let width: Double
    /// Height in millimetres.
    public let height: Double
    /// The operators that draw what is on it (PDF 1.4 §4).
    private(set) var content: [UInt8] = []

    /// An empty sheet.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// The sheet's corner opposite the origin, in points, as `/MediaBox` wants it.
    var box: String {
        "\(PDFPage.number(width * PDFPage.scale)) \(PDFPage.number(height * PDFPage.scale))"
    }

    /// Draws one line of text.
    /// - Parameters:
    ///   - text: characters that the font has not become question marks.
    ///   - left: where it begins.
    ///   - baseline: the line it stands on.
    ///   - size: of the letters, in points.
    public mutating func draw(
        _ text: String, left: Double, baseline: Double, size: Double, font: PDFFont = .regular
    ) {
        write("BT /\(font.resource) \(PDFPage.number(size)) Tf \(point(left, baseline)) Td (")
        for scalar in text.unicodeScalars {
            let byte = PDFFont.byte(of: scalar) ?? UInt8(ascii: "?")
            if byte == 0x28 || byte == 0x29 || byte == 0x5C { content.append(0x5C) }
            content.append(byte)
        }
        write(") Tj ET\n")
    }

    /// Draws a QR code in black, its quiet zone left as the paper is.
    /// - Parameter side: of the square with its quiet zone.
    public mutating func draw(_ code: QRCode, left: Double, top: Double, side: Double) {
        let modules = code.size + 2 * QRCode.quietZone
        let unit = PDFPage.number(side / Double(modules) * PDFPage.scale, digits: 6)
        write("q \(unit) 0 0 \(unit) \(point(left, top + side)) cm\n")
        // One path for the whole code: readers that smooth edges would show a seam between two.
        for row in 0..<code.size {
            let bottom = modules - QRCode.quietZone - row - 1
            for run in code.runs(in: row) {
                write("\(run.lowerBound + QRCode.quietZone) \(bottom) \(run.count) 1 re\n")
            }
        }
        write("f Q\n")
    }

    private mutating func write(_ text: String) {
        content += text.utf8
    }

    private func point(_ left: Double, _ top: Double) -> String {
        "\(PDFPage.number(left * PDFPage.scale)) \(PDFPage.number((height - top) * PDFPage.scale))"
    }

    /// A number without an exponent, which PDF has not.
    static func number(_ value: Double, digits: Int = 3) -> String {
        let power = (0..<digits).reduce(1) { product, _ in product * 10 }
        let scaled = Int((value * Double(power)).rounded())
        let fraction = scaled.magnitude % UInt(power)
        let sign = scaled < 0 ? "-" : ""
        guard fraction != 0 else { return "\(sign)\(scaled.magnitude / UInt(power))" }
        var text = String(String(UInt(power) + fraction).dropFirst())
        while text.hasSuffix("0") { text.removeLast() }
        return "\(sign)\(scaled.magnitude / UInt(power)).\(text)"
    }
}
