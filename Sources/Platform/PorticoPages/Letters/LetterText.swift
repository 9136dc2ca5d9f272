/// Words of a letter, for its plain text and its markup alike. What the literal says stands as it is written, its line
/// breaks too; every interpolated value is brought into one line and can't turn the direction of what follows it.
///
/// ```swift
/// let greeting: LetterText = "Hello \(account.name),"
/// ```
public struct LetterText: Sendable, Hashable, ExpressibleByStringInterpolation {
    enum Piece: Sendable, Hashable {
        /// What the program says.
        case words(String)
        /// What came from elsewhere, in one line.
        case value(String)
    }

    private let pieces: [Piece]

    /// Words of the program.
    public init(stringLiteral value: String) {
        pieces = [.words(value)]
    }

    /// Words of the program with values in them.
    public init(stringInterpolation: Interpolation) {
        pieces = stringInterpolation.pieces
    }

    /// Text from elsewhere, and nothing else.
    public init(value: String) {
        pieces = [.value(LetterText.line(value))]
    }

    /// As plain text.
    public var plain: String {
        pieces.map { piece -> String in
            switch piece {
            case .words(let text), .value(let text): text
            }
        }.joined()
    }

    /// As markup. Values beyond ASCII are set apart, because some scripts run from right to left.
    public var html: HTML {
        HTML(
            joining: pieces.map { piece -> HTML in
                switch piece {
                case .words(let words): "\(words)"
                case .value(let value): value.utf8.allSatisfy { $0 < 0x80 } ? "\(value)" : "<bdi>\(value)</bdi>"
                }
            })
    }

    /// A text in one line, without control characters and without marks that turn its direction.
    static func line(_ text: String) -> String {
        let lined = String(text.map { $0.isNewline ? " " : $0 })
        var line = String.UnicodeScalarView()
        for scalar in lined.unicodeScalars where !isMark(scalar) { line.append(isControl(scalar) ? " " : scalar) }
        return String(line)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// Marks, embeddings, overrides and isolates of direction (Unicode Standard Annex 9).
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        [0x061C, 0x200E, 0x200F].contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }

    /// Collects the parts of an interpolated literal.
    public struct Interpolation: StringInterpolationProtocol {
        var pieces: [Piece] = []

        /// Nothing yet.
        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        /// Words of the program.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.words(literal)) }
        }

        /// A value.
        public mutating func appendInterpolation(_ value: some StringProtocol) {
            pieces.append(.value(LetterText.line(String(value))))
        }

        /// A whole number.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            pieces.append(.words(String(value)))
        }

        /// Words with values of their own.
        public mutating func appendInterpolation(_ text: LetterText) {
            pieces += text.pieces
        }
    }
}
