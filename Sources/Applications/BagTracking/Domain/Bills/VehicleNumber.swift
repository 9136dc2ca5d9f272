/// The registration number of an Indian vehicle (rule R28): a state series such as `UP32AB1234`, or the Bharat series
/// such as `22BH1234AA`.
struct VehicleNumber: Sendable, Hashable {
    /// Upper-case, without spaces and hyphens.
    let text: String

    /// - Throws: the problem of field `vehicle_number`.
    init(_ raw: String) throws(FieldProblem) {
        let tidy = ASCII.upperCased(ScannedText.tidied(raw)).unicodeScalars.filter {
            !$0.properties.isWhitespace && $0 != "-"
        }
        text = String(String.UnicodeScalarView(tidy))
        guard VehicleNumber.isSound(Array(text.utf8)) else {
            throw .invalid("vehicle_number", "Enter a vehicle number such as UP32AB1234 or 22BH1234AA.")
        }
    }

    /// Whether it matches `^[A-Z]{2}[0-9]{1,2}[A-Z]{0,3}[0-9]{4}$` or `^[0-9]{2}BH[0-9]{4}[A-Z]{1,2}$`.
    private static func isSound(_ bytes: [UInt8]) -> Bool {
        isStateSeries(bytes) || isBharatSeries(bytes)
    }

    private static func isStateSeries(_ bytes: [UInt8]) -> Bool {
        guard (7...11).contains(bytes.count), bytes.prefix(2).allSatisfy(ASCII.isUpperLetter),
            bytes.suffix(4).allSatisfy(ASCII.isDigit)
        else { return false }
        let middle = bytes.dropFirst(2).dropLast(4)
        // Where there are no letters in between, the digits run together: one or two and then four.
        let digits = middle.prefix(while: ASCII.isDigit)
        return (1...2).contains(digits.count) && middle.count - digits.count <= 3
            && middle.dropFirst(digits.count).allSatisfy(ASCII.isUpperLetter)
    }

    private static func isBharatSeries(_ bytes: [UInt8]) -> Bool {
        guard (9...10).contains(bytes.count) else { return false }
        return bytes.prefix(2).allSatisfy(ASCII.isDigit) && Array(bytes[2..<4]) == Array("BH".utf8)
            && bytes[4..<8].allSatisfy(ASCII.isDigit) && bytes.dropFirst(8).allSatisfy(ASCII.isUpperLetter)
    }
}
