import PorticoValues

/// What may be sent to a route that takes a file: one file under a name, beside short fields.
public struct UploadRule: Sendable, Hashable {
    /// Name of the field that holds the file.
    public let field: String
    /// The most bytes of the file.
    public let mostBytes: Int

    /// A rule.
    public init(field: String = "file", mostBytes: Int) {
        self.field = field
        self.mostBytes = mostBytes
    }

    /// Bytes of all other fields and of what frames them.
    static let mostFieldBytes = 65_536
    /// A page reads a form whose file is too large to its end, up to so many times the largest one.
    static let mostRead = 4
}

/// A file that came with a request, in a temporary file that is gone with the last who holds it.
public struct UploadedFile: Sendable {
    /// What the client calls it, without a path; only to be shown.
    public let name: String
    /// Its bytes, from the beginning of the file on.
    public let content: TemporaryFile
    /// How many they are.
    public let count: Int
}

/// Takes a multipart form with a file as it comes.
///
/// `@unchecked Sendable`: the transport calls ``receive(_:)`` by one thread at a time, and ``finish()`` follows the last of
/// these calls.
final class UploadReceiver: BodyReceiver, @unchecked Sendable {
    /// What came.
    struct Form {
        var fields: [(name: String, value: String)] = []
        var file: UploadedFile?
        /// Why the file was not kept; nil for one that was, or where none came.
        var fileProblem: Problem?
        /// Of the names and values, so that a retry is recognised though its boundary is another.
        var digest = RunningDigest()
    }

    private enum Part {
        case file
        case field(name: String)
        /// A second file, or one of another name.
        case ignored
    }

    private let rule: UploadRule
    private var reader: MultipartReader
    private var form = Form()
    private var part = Part.ignored
    private var value: [UInt8] = []
    private var fieldBytes = 0
    private var fileName = ""
    private var fileBytes = 0
    private var content: TemporaryFile?
    private var failure: (any Error)?

    /// - Throws: ``Problem`` 415 for another content type.
    init(_ rule: UploadRule, contentType: String?) throws {
        guard let reader = MultipartReader(contentType: contentType ?? "") else {
            throw Problem(415, "unsupported_media_type", "Send the form as multipart/form-data.")
        }
        self.rule = rule
        self.reader = reader
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        do {
            try reader.take(bytes) { try take($0) }
        } catch {
            failure = error
        }
    }

    /// The whole form.
    /// - Throws: ``Problem``: 400 for a body that is no form or not whole, 413, 503 where the disk is full.
    func finish() throws -> Form {
        switch failure {
        case nil: break
        case is MultipartReader.Malformed: throw UploadReceiver.malformed
        case let error as TemporaryFileError where error.isFull:
            throw Problem(
                503, "storage_full", "The disk is full; nothing was changed. Tell the operator.",
                headers: ["retry-after": "60"])
        case let error?: throw error
        }
        guard reader.isComplete else { throw UploadReceiver.malformed }
        return form
    }

    private static var malformed: Problem {
        Problem(400, "malformed_form", "The body is not a whole multipart form.")
    }

    private func take(_ event: MultipartReader.Event) throws {
        switch event {
        case .began(let name, let fileName): try begin(name, fileName)
        case .bytes(let bytes): try add(bytes)
        case .ended: try end()
        }
    }

    private func begin(_ name: String, _ fileName: String?) throws {
        value = []
        digest(name)
        guard let fileName else {
            part = .field(name: name)
            return
        }
        guard name == rule.field, content == nil else {
            part = .ignored
            return
        }
        part = .file
        self.fileName = String(fileName.split { $0 == "/" || $0 == "\\" }.last ?? "")
        content = try TemporaryFile()
    }

    private func add(_ bytes: ArraySlice<UInt8>) throws {
        switch part {
        case .ignored: return
        case .field:
            fieldBytes += bytes.count
            guard fieldBytes <= UploadRule.mostFieldBytes else {
                throw Problem(413, "too_large", "The fields beside the file are longer than 64 KiB.")
            }
            value += bytes
        case .file:
            guard fileBytes + bytes.count <= rule.mostBytes else { return dropFile() }
            try bytes.withUnsafeBytes { raw in
                try content?.write(raw, at: fileBytes)
                form.digest.update(raw)
            }
            fileBytes += bytes.count
        }
    }

    /// Gives a file up that is too large. What else the form says still counts.
    private func dropFile() {
        form.fileProblem = Problem(413, "too_large", "The file is larger than \(rule.mostBytes >> 20) MiB.")
        content = nil
        part = .ignored
    }

    private func end() throws {
        switch part {
        case .ignored: return
        case .field(let name):
            guard let text = String(validating: value, as: UTF8.self) else { throw MultipartReader.Malformed() }
            // The token of a form changes with its page; the key that says that two are the same does not.
            if name != "_csrf" { digest(text) }
            form.fields.append((name, text))
        case .file:
            // An empty field for a file is one that nobody filled in.
            guard let content, fileBytes > 0 || !fileName.isEmpty else { return }
            form.file = UploadedFile(name: fileName, content: content, count: fileBytes)
        }
    }

    /// Takes a text into the digest, with an end that no text holds.
    private func digest(_ text: String) {
        (Array(text.utf8) + [0xFF]).withUnsafeBytes { form.digest.update($0) }
    }
}
