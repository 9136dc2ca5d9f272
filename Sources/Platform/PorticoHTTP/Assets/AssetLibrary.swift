import PorticoPages
import PorticoValues

/// The embedded files of all applications, under addresses that change with their content, compressed once.
public struct AssetLibrary: Sendable {
    private struct Asset: Sendable {
        let contentType: String
        let plain: (bytes: [UInt8], tag: String)
        /// Best first.
        let compressed: [(coding: ContentCoding, bytes: [UInt8], tag: String)]
    }

    private var assets: [String: Asset] = [:]
    private var addresses: [String: String] = [:]

    /// An empty library.
    public init() {}

    /// Adds files. Each gets the address `/assets/<folder>/<stem>.<fingerprint>.<extension>`.
    /// - Parameter folder: id of the application, or `portico`.
    public mutating func add(_ files: [EmbeddedAsset], folder: String) {
        for file in files {
            let bytes = file.content.withUTF8Buffer { Array($0) }
            let fingerprint = Digest.sha256(bytes).prefix(8).hexadecimal
            let parts = file.name.split(separator: ".", maxSplits: 1)
            let name = "\(folder)/\(parts[0]).\(fingerprint).\(parts.count > 1 ? parts[1] : "bin")"
            assets[name] = Asset(
                contentType: file.contentType, plain: (bytes: bytes, tag: EntityTag.of(bytes)),
                compressed: ContentCoding.allCases.compactMap { coding in
                    coding.encode(bytes, .once).map { (coding: coding, bytes: $0, tag: EntityTag.of($0)) }
                })
            addresses["\(folder)/\(file.name)"] = "/assets/\(name)"
            addresses[file.name] = "/assets/\(name)"
        }
    }

    /// Addresses by file name: `station.js`, or `bags/station.js`.
    public var links: AssetLinks {
        let addresses = addresses
        return AssetLinks { name in addresses[name] ?? "/assets/missing/\(name)" }
    }

    /// The routes that serve the files.
    public var routes: [Route] {
        let library = self
        return [
            .immediate(
                .get, "/assets/{folder}/{name}", "asset", "An embedded file", cache: .immutable,
                mediaType: "application/octet-stream"
            ) { (context: RequestContext, input: AssetName) in
                try library.response(input.folder + "/" + input.name, context.request.head.headers["accept-encoding"])
            }
        ]
    }

    /// A file under its plain name, for addresses that may not change, such as a service worker's.
    public func response(file: String, _ accepted: String?) throws -> Response {
        guard let address = addresses[file] else { throw Problem(404, "not_found", "There is no such file.") }
        return try response(String(address.dropFirst("/assets/".count)), accepted)
    }

    private func response(_ name: String, _ accepted: String?) throws -> Response {
        guard let asset = assets[name] else { throw Problem(404, "not_found", "There is no such file.") }
        let accepted = accepted ?? ""
        var headers: Headers = ["content-type": asset.contentType, "vary": "accept-encoding"]
        var (body, tag) = asset.plain
        if let variant = asset.compressed.first(where: { $0.coding.isAccepted(by: accepted) }) {
            headers.add("content-encoding", variant.coding.rawValue)
            (body, tag) = (variant.bytes, variant.tag)
        }
        headers.add("etag", tag)
        return Response(.ok, headers: headers, body: .bytes(body))
    }
}

private struct AssetName: RouteInput {
    let folder: String
    let name: String

    init(_ fields: inout FieldReader) {
        folder = fields.text("folder", 1...40, "Application")
        name = fields.text("name", 1...120, "File name with its fingerprint")
    }
}
