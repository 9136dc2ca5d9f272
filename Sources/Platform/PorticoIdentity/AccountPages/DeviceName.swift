/// What a client calls itself, as people call it: `Firefox on Windows`, `Safari on iPhone`, `curl`.
///
/// Only for the eye. Clients say what they like, so nothing is decided by it.
struct DeviceName: Sendable, Hashable {
    let text: String

    /// The name behind a `User-Agent` value (RFC 9110 §10.1.5).
    init(_ userAgent: String) {
        let browser = DeviceName.browsers.first { userAgent.contains($0.mark) }?.name
        let system = DeviceName.systems.first { userAgent.contains($0.mark) }?.name
        text =
            switch (browser, system) {
            case (let browser?, let system?): "\(browser) on \(system)"
            case (let browser?, nil): browser
            case (nil, let system?): "A browser on \(system)"
            case (nil, nil): DeviceName.product(userAgent) ?? "Unknown device"
            }
    }

    /// Marks in the order in which they decide: many browsers name those they descend from as well.
    private static let browsers = [
        (mark: "Edg/", name: "Edge"), (mark: "EdgA/", name: "Edge"), (mark: "EdgiOS/", name: "Edge"),
        (mark: "OPR/", name: "Opera"), (mark: "SamsungBrowser/", name: "Samsung Internet"),
        (mark: "FxiOS/", name: "Firefox"), (mark: "Firefox/", name: "Firefox"), (mark: "CriOS/", name: "Chrome"),
        (mark: "HeadlessChrome/", name: "Chrome"), (mark: "Chrome/", name: "Chrome"),
        (mark: "Safari/", name: "Safari"),
    ]

    private static let systems = [
        (mark: "iPhone", name: "iPhone"), (mark: "iPad", name: "iPad"), (mark: "Android", name: "Android"),
        (mark: "Windows", name: "Windows"), (mark: "CrOS", name: "ChromeOS"), (mark: "Macintosh", name: "Mac"),
        (mark: "Linux", name: "Linux"),
    ]

    /// The first product without its version, for programs.
    private static func product(_ userAgent: String) -> String? {
        let name = userAgent.prefix { $0 != "/" && $0 != " " && $0 != "(" }
        return name.isEmpty ? nil : String(name.prefix(40))
    }
}
