/// A small drawing of 24 × 24 units, in the colour of the text around it.
///
/// Icons never stand alone: they come with a word, and readers are spared them (`aria-hidden`). Where an icon is the
/// only content of a control, ``labelled(_:)`` gives it the word.
public enum Icon: String, Sendable, CaseIterable, PageComponent {
    case archive, arrowLeft, arrowRight, bag, bell, calendar, camera, check, clock, cross, download, edit, external
    case find, full, half, hand, help, history, home, info, keyboard, link, linkOff, list, lock, more, move, offline
    case pin, plus, printer, restore, retry, ring, sack, scan, settings, shield, signOut, sound, stop, tag, torch
    case truck, undo, unlock, user, users, warning

    /// The drawing without a name of its own.
    public var html: HTML {
        """
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">\(HTML(trusted: shape))</svg>
        """
    }

    /// The drawing with a word that only readers hear.
    public func labelled(_ word: String) -> HTML {
        "\(html)<span class=\"unseen\">\(word)</span>"
    }

    /// The mark that stands in the browser's tab: the icon on the colour of its application, as a data address.
    ///
    /// An address of its own would cost a request on the first view. The content policy has to allow `img-src data:`.
    public func tabMark(background: StaticString) -> String {
        let drawing =
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-5 -5 34 34'>"
            + "<rect x='-5' y='-5' width='34' height='34' rx='8' fill='\(background)'/>"
            + "<g fill='none' stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'>"
            + shape.replacing("\"", with: "'") + "</g></svg>"
        return "data:image/svg+xml," + PageAddress.encode(drawing)
    }
}

extension Icon {
    /// The shapes inside the drawing; strokes and their width come from the style sheet.
    var shape: String {
        switch self {
        case .archive: path("M4 8h16v11H4zM3 4.5h18V8H3zM10 12h4")
        case .arrowLeft: path("M19 12H5M11 6l-6 6 6 6")
        case .arrowRight: path("M5 12h14M13 6l6 6-6 6")
        case .bag: path("M7 9h10l1 11H6zM9.5 9V7a2.5 2.5 0 0 1 5 0v2")
        case .bell: path("M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4")
        case .calendar: path("M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8")
        case .camera: path("M3 8h4l2-3h6l2 3h4v11H3z") + circle(12, 13, "3.5")
        case .check: path("M5 12.5l4.5 4.5L19 7.5")
        case .clock: circle(12, 12, "8.5") + path("M12 7v5.5l3.5 2")
        case .cross: path("M6 6l12 12M18 6L6 18")
        case .download: path("M12 4v11M7 10.5l5 5 5-5M4 20h16")
        case .edit: path("M5 19l1-4.5L16.5 4l3.5 3.5L9.5 18zM14 6.5l3.5 3.5")
        case .external: path("M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9")
        case .find: circle("10.5", "10.5", "6") + path("M15 15l5.5 5.5")
        default: laterShape
        }
    }

    private var laterShape: String {
        switch self {
        case .full: "<circle cx=\"12\" cy=\"12\" r=\"8\" fill=\"currentColor\"/>"
        case .half: circle(12, 12, "8") + "<path d=\"M12 4a8 8 0 0 1 0 16z\" fill=\"currentColor\"/>"
        case .hand:
            path(
                "M8 12V6.5a1.5 1.5 0 0 1 3 0V11V5a1.5 1.5 0 0 1 3 0v6V6.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-11 3l-3-5"
                    + "a1.5 1.5 0 0 1 2.5-1.5z"
            )
        case .help: circle(12, 12, "8.5") + path("M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5")
        case .history: path("M4 5v5h5M4.5 10a8 8 0 1 1-.5 4M12 8v4.5l3 2")
        case .home: path("M4 11.5L12 4l8 7.5M6 10v10h4.5v-6h3v6H18V10")
        case .info: circle(12, 12, "8.5") + path("M12 11v5.5M12 7.5v.5")
        case .keyboard: path("M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M17 14.5h.01M8 14.5h6M7 14.5h.01")
        case .link:
            path("M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1")
        case .linkOff: path("M13 5.3a4 4 0 0 1 5.7 5.7l-2 2M11 18.7a4 4 0 0 1-5.7-5.7l2-2M4 4l16 16")
        case .list: path("M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01")
        case .lock: path("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2")
        case .more: path("M4 7h16M4 12h16M4 17h16")
        case .move: path("M4 12h16M15 7l5 5-5 5M9 5H4v14h5")
        case .offline:
            path("M7 18a4 4 0 0 1-.7-7.9A6 6 0 0 1 8 7.5M11 6.1A6 6 0 0 1 18 11a3.5 3.5 0 0 1 2 6.3M4 4l16 16M7 18h9")
        case .pin: path("M12 21c4-4.5 6.5-7.5 6.5-11a6.5 6.5 0 0 0-13 0c0 3.5 2.5 6.5 6.5 11z") + circle(12, 10, "2.3")
        case .plus: path("M12 5v14M5 12h14")
        default: lastShape
        }
    }

    private var lastShape: String {
        switch self {
        case .printer: path("M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z")
        case .restore: path("M4 8h16v11H4zM3 4.5h18V8H3zM12 17v-5M9.5 14l2.5-2.5 2.5 2.5")
        case .retry: path("M20 5v5h-5M19.5 10a8 8 0 1 0 .5 4")
        case .ring: circle(12, 12, "8")
        case .sack:
            path(
                "M9 7L7.5 3.5h9L15 7M9 7h6M9 7c-3.5 2.5-5 5.5-5 9 0 3 2 4.5 4.5 4.5h7c2.5 0 4.5-1.5 4.5-4.5"
                    + " 0-3.5-1.5-6.5-5-9"
            )
        case .scan: path("M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8.5v7M11 8.5v7M13.5 8.5v7M16 8.5v7")
        case .settings: path("M4 7h9M17 7h3M4 17h3M11 17h9") + circle(15, 7, "2") + circle(9, 17, "2")
        case .shield: path("M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2.2 2.2L15.5 10")
        case .signOut: path("M10 5H5v14h5M10 12h10M16 8l4 4-4 4")
        case .sound: path("M4 10v4h3.5L12 18V6l-4.5 4zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11")
        case .stop: circle(12, 12, "8.5") + path("M6 6l12 12")
        case .tag: path("M4 4h8l8 8-8 8-8-8zM8 8h.01")
        case .torch: path("M8 4h8l-1.5 6v10h-5V10zM8 7h8M12 13v2")
        case .truck: path("M3 6h11v10H3zM14 10h4l3 3v3h-7") + circle(7, 18, "2") + circle(17, 18, "2")
        case .undo: path("M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H8")
        case .unlock: path("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2M12 14.5v2")
        case .user: circle(12, 8, "4") + path("M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6")
        case .users:
            circle(9, 8, "3.5")
                + path(
                    "M2.5 19.5c.8-3.5 3.3-5.5 6.5-5.5s5.7 2 6.5 5.5M15.5 4.9a3.5 3.5 0 0 1 0 6.2"
                        + "M17.5 14.5c2 .7 3.5 2.5 4 5"
                )
        default: path("M12 4L2.5 20h19zM12 10v4.5M12 17v.5")
        }
    }

    private func path(_ data: String) -> String { "<path d=\"\(data)\"/>" }

    private func circle(_ x: Int, _ y: Int, _ radius: String) -> String { circle("\(x)", "\(y)", radius) }

    private func circle(_ x: String, _ y: String, _ radius: String) -> String {
        "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\"/>"
    }
}
