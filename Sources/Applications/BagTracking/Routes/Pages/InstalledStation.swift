import Portico

/// A page that people install on a phone, so that it has a place on its first screen and a window without the browser's
/// bars (W3C Web Application Manifest). The page works as well without.
enum InstalledStation: String, CaseIterable {
    case packing, gate

    /// Where its manifest is. The mount is the application's own.
    var address: String { "/bags\(path)" }

    private var path: String { "/\(rawValue).webmanifest" }

    /// The page it opens with.
    private var start: String {
        switch self {
        case .packing: "/scan"
        case .gate: "/gate"
        }
    }

    private var title: String {
        switch self {
        case .packing: "Bag packing"
        case .gate: "Bag gate"
        }
    }

    /// The manifests and the icon they name. Browsers ask for them without saying who somebody is.
    static var routes: [Route] { allCases.map(\.manifest) + [icon] }

    private static let colour: StaticString = "#0b5d57"
    private static let unchanging = CacheControl(control: "no-cache", isValidated: true)

    private var manifest: Route {
        .immediate(
            .get, path, "\(rawValue)Manifest", "What a phone needs to know to install the page",
            cache: InstalledStation.unchanging, mediaType: "application/manifest+json"
        ) { (context: RequestContext, _: NoInput) in
            InstalledStation.answer(document(below: context.mount).bytes, "application/manifest+json")
        }
    }

    private func document(below mount: String) -> JSONValue {
        let icons = ["any", "maskable"].map { purpose -> JSONValue in
            [
                "src": .string("\(mount)/icon.svg"), "sizes": "any", "type": "image/svg+xml",
                "purpose": .string(purpose),
            ]
        }
        return [
            "id": .string(mount + start), "name": .string("\(title) – Bag tracking"), "short_name": .string(title),
            "lang": "en", "start_url": .string(mount + start), "scope": .string("\(mount)/"), "display": "standalone",
            "background_color": .string("\(InstalledStation.colour)"),
            "theme_color": .string("\(InstalledStation.colour)"), "icons": .array(icons),
        ]
    }

    private static var icon: Route {
        .immediate(
            .get, "/icon.svg", "stationIcon", "The mark of installed pages", cache: unchanging,
            mediaType: "image/svg+xml"
        ) { (_: RequestContext, _: NoInput) in
            answer(Array(Icon.sack.appMark(background: colour).utf8), "image/svg+xml")
        }
    }

    private static func answer(_ bytes: [UInt8], _ mediaType: String) -> Response {
        Response(
            .ok, headers: ["content-type": mediaType, "etag": EntityTag.of(bytes)], body: .bytes(bytes))
    }
}
