/// A style sheet or script that is part of the program.
public struct EmbeddedAsset: Sendable {
    /// The name of the file, such as `station.js`; an application's id in front of it makes it unique.
    public let name: String
    /// The text of the file.
    public let content: StaticString

    /// An asset.
    public init(name: String, content: StaticString) {
        self.name = name
        self.content = content
    }

    /// The media type, by the ending of the name.
    public var contentType: String {
        if name.hasSuffix(".css") { return "text/css; charset=utf-8" }
        if name.hasSuffix(".js") { return "text/javascript; charset=utf-8" }
        if name.hasSuffix(".svg") { return "image/svg+xml; charset=utf-8" }
        return "text/plain; charset=utf-8"
    }

    /// The assets every application uses: `portico.css` and `portico.js`.
    public static let platform = EmbeddedAssets.files.map { EmbeddedAsset(name: $0.name, content: $0.content) }
}
