import PorticoJSON

/// What comes of a sealed job is as secret as what it was told: its result, and what its runs said of errors. Each is
/// sealed under a name of its own, so that none opens in the place of another.
extension JobSeal {
    /// The text of a row for a result. It is JSON, as every result is.
    func text(ofResult result: JSONValue, of name: String) -> String {
        let sealed = JSONValue.string(text(of: result, name: JobSeal.result(of: name)))
        return String(decoding: sealed.bytes, as: UTF8.self)
    }

    /// The result behind the text of a row; nil when it does not open.
    func result(_ text: String, of name: String) -> JSONValue? {
        guard let stored = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
        // A program before this one kept the results of sealed jobs as they were, and a workflow may still need one.
        guard let sealed = stored.string else { return stored }
        return value(sealed, JobSeal.result(of: name))
    }

    /// What is behind a text; nil when it does not open.
    fileprivate func value(_ text: String, _ name: String) -> JSONValue? {
        guard let plain = try? payload(text, name: name) else { return nil }
        return try? JSONValue(parsing: plain)
    }

    /// Names of kinds hold no space, so that these are nobody else's.
    private static func result(of name: String) -> String { "\(name) result" }
    fileprivate static func errors(of name: String) -> String { "\(name) errors" }
}

extension JobErrorNote {
    /// The note of a sealed job: when, where and by which code it failed stays readable, with the types of the errors and
    /// the names of statements; what was said does not.
    /// - Parameter seal: nil where there is none; what was said is lost then.
    func sealed(by seal: JobSeal?, of name: String) -> JobErrorNote {
        var words: JSONValue = [
            "message": .string(message), "causes": .array(causes.map { .string($0.words) }),
        ]
        if let detail { words["detail"] = .string(detail) }
        var note = self
        (note.message, note.detail) = (JobErrorNote.hiddenMessage, nil)
        for index in note.causes.indices { note.causes[index].words = "" }
        note.sealedWords = seal?.text(of: words, name: JobSeal.errors(of: name))
        return note
    }

    /// The note with what was said; as it is where that does not open, or nothing of it is sealed.
    func opened(by seal: JobSeal, of name: String) -> JobErrorNote {
        guard let sealedWords, let words = seal.value(sealedWords, JobSeal.errors(of: name)),
            let message = words["message"]?.string
        else { return self }
        var note = self
        (note.message, note.detail, note.sealedWords) = (message, words["detail"]?.string, nil)
        for (index, said) in (words["causes"]?.elements ?? []).enumerated() where note.causes.indices.contains(index) {
            note.causes[index].words = said.string ?? ""
        }
        return note
    }
}

extension JobQueue {
    /// A job with what its seal hides of what came of it: its result, and what its runs said of errors. For later steps and
    /// for whoever asked for it, not for operators. What does not open stays hidden; what the job was told always does.
    public func opened(_ record: JobRecord) -> JobRecord {
        guard record.isSealed, let seal else { return record }
        var opened = record
        opened.result = record.sealedResult.flatMap { seal.result($0, of: record.name) }
        opened.errors = record.errors.map { $0.opened(by: seal, of: record.name) }
        return opened
    }
}
