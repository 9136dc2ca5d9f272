@testable import BagTracking

/// What a scanner or a person types, read as every kind of code there is.
enum BagCodeProperties {
    static func check(_ input: [UInt8]) {
        let raw = String(decoding: input, as: UTF8.self)
        let catalog = ProductCatalog()
        checkNormalising(raw)
        do throws(CodeError) {
            let reference = try ParentReference.parse(raw, catalog: catalog)
            expect((try? ParentReference.parse(reference.text, catalog: catalog)) == reference, "a sack comes back")
            expect(reference.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a sack's code is plain")
        } catch {
            checkError(error)
        }
        do throws(CodeError) {
            let label = try ChildLabel.parse(raw, catalog: catalog) { _ in false }
            expect(ChildLabel.isCode(label.code), "a bag's code is one")
            expect(catalog.type(ofParentCode: label.code) == nil, "a bag's code is no sack's")
        } catch {
            checkError(error)
        }
        if let search = try? BagSearch.parse(raw), case .suffix(let ending) = search {
            expect(ending.unicodeScalars.count >= BagSearch.shortestSuffix, "an ending of some length")
        }
        checkSSCC(raw)
        if input.count <= 24 { checkNeighbours(raw) }
    }

    private static func checkNormalising(_ raw: String) {
        let tidied = ScannedText.tidied(raw)
        expect(ScannedText.tidied(tidied).utf8.elementsEqual(tidied.utf8), "tidying twice changes nothing")
        expect(ScannedText.recorded(raw).unicodeScalars.count <= ScannedText.maximumLength, "a record fits its column")
        guard let text = try? ScannedText.normalise(raw) else { return }
        expect(text.unicodeScalars.count <= ScannedText.maximumLength, "a code has a possible length")
        expect(!text.utf8.contains { (0x61...0x7A).contains($0) }, "a code is in capitals")
        expect(!text.unicodeScalars.contains { $0.value < 0x20 && ![9, 10, 13].contains($0.value) }, "no controls")
    }

    /// What people read about a refusal: short, on one line, and never the whole of what they sent.
    private static func checkError(_ error: CodeError) {
        expect(error.detail.unicodeScalars.count <= 400, "a short sentence: \(error.detail)")
        expect(!error.detail.unicodeScalars.contains { $0.value == 10 || $0.value == 13 }, "on one line")
        expect(ASCII.isIdentifier(error.code), "a stable code")
    }

    private static func checkSSCC(_ raw: String) {
        guard let sscc = try? SSCC.parse(raw) else { return }
        let digits = sscc.text.utf8.map { Int($0) - 0x30 }
        // From the left the weights of an even number of digits begin with 3; the whole is a multiple of ten.
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset.isMultiple(of: 2) ? 3 : 1) }
        expect(digits.count == 18 && sum % 10 == 0, "a right check digit")
        for index in digits.indices {
            var other = sscc.text.utf8.map { $0 }
            other[index] = 0x30 + (other[index] - 0x30 + 1) % 10
            expect((try? SSCC.parse(String(decoding: other, as: UTF8.self))) == nil, "one wrong digit is seen")
        }
    }

    private static func checkNeighbours(_ raw: String) {
        guard let text = try? ScannedText.normalise(raw), ChildLabel.isCode(text) else { return }
        let sources = DidYouMean.candidatePrefixes(of: text)
        for other in DidYouMean.neighbours(of: text) {
            expect(DidYouMean.isWithinOne(text, other) && DidYouMean.isWithinOne(other, text), "one slip: \(other)")
            let isFound =
                sources.prefixes.contains { other.hasPrefix($0) }
                || ASCII.reversed(other).hasPrefix(sources.reversedPrefix)
            expect(isFound, "an index finds \(other) for \(text)")
        }
    }
}
