import PorticoRedis

/// Pieces of any size give the same values and the same flaw as all bytes at once, and what was read can be written.
enum RESPProperties {
    private static let limits = RESPLimits(depth: 8, bulkBytes: 4096, lineBytes: 256, elements: 512, totalBytes: 8192)

    /// Replaced bytes make texts longer.
    private static let wideLimits = RESPLimits(depth: 8, bulkBytes: 1 << 16, lineBytes: 1 << 12, totalBytes: 1 << 17)

    private struct Outcome: Equatable {
        var values: [RESPValue] = []
        var flaw: RESPFlaw?
    }

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let step = Int(reader.byte() % 13) + 1
        let bytes = reader.rest()
        let whole = read([bytes[...]])
        let pieces = stride(from: 0, to: bytes.count, by: step).map { bytes[$0..<min($0 + step, bytes.count)] }
        let split = read(pieces)
        expect(describe(whole) == describe(split), "pieces of \(step) bytes give the same values")
        guard whole.flaw == nil else { return }
        let again = read([written(whole.values)[...]], limits: wideLimits)
        expect(again.flaw == nil, "what was read can be written: \(String(describing: again.flaw))")
        expect(describe(again) == describe(Outcome(values: whole.values)), "what was written reads the same")
    }

    /// NaN is not equal to itself, but its description is.
    private static func describe(_ outcome: Outcome) -> String {
        "\(outcome.values) \(String(describing: outcome.flaw))"
    }

    private static func read(_ pieces: [ArraySlice<UInt8>], limits: RESPLimits = limits) -> Outcome {
        var parser = RESPParser(limits: limits)
        var outcome = Outcome()
        for piece in pieces {
            parser.append(piece)
            do throws(RESPFlaw) {
                while let value = try parser.next() { outcome.values.append(value) }
            } catch {
                outcome.flaw = error
            }
        }
        return outcome
    }

    private static func written(_ values: [RESPValue]) -> [UInt8] {
        values.flatMap(written)
    }

    private static func line(_ type: String, _ text: some StringProtocol) -> [UInt8] {
        Array((type + text + "\r\n").utf8)
    }

    private static func written(_ value: RESPValue) -> [UInt8] {
        switch value {
        case .null: line("_", "")
        case .boolean(let flag): line("#", flag ? "t" : "f")
        case .number(let number): line(":", "\(number)")
        case .double(let number): line(",", number.isNaN ? "nan" : "\(number)")
        case .bigNumber(let digits): line("(", digits)
        case .status(let text): line("+", text)
        case .bulk(let bytes): line("$", "\(bytes.count)") + bytes + line("", "")
        case .error(let error): line("!", "\(error.message.utf8.count)") + line("", error.message)
        case .list(let values): line("*", "\(values.count)") + written(values)
        case .set(let values): line("~", "\(values.count)") + written(values)
        case .push(let values): line(">", "\(values.count)") + written(values)
        case .map(let pairs): line("%", "\(pairs.count)") + pairs.flatMap { written($0.key) + written($0.value) }
        }
    }
}
