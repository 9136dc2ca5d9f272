import PorticoPages

/// The tags of a job, each with a link to all jobs that have it.
struct JobTagLinks: PageComponent {
    let frame: ConsoleFrame
    let tags: [String]

    var html: HTML {
        let links = tags.map { tag -> HTML in
            let list = PageAddress(frame.address("/jobs"), ["tag": tag]).text
            return "<a class=\"code\" href=\"\(list)\">\(tag)</a> "
        }
        return "\(links)"
    }
}
