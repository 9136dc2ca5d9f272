import PorticoPages

/// The tags of a job, each with a link to all jobs that have it.
struct JobTagLinks: PageComponent {
    let frame: ConsoleFrame
    let tags: [String]
    /// The list the links lead to.
    var list = "/jobs"

    var html: HTML {
        let links = tags.map { tag -> HTML in
            let address = PageAddress(frame.address(list), ["tag": tag]).text
            return "<a class=\"code\" href=\"\(address)\">\(tag)</a> "
        }
        return "\(links)"
    }
}
