extension Icon {
    /// The drawing in white on a square of one colour, as an SVG document of its own: what a device shows for a page that
    /// was installed. The drawing keeps away from the edges, which devices cut off as they like.
    public func appMark(background: StaticString) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-6 -6 36 36\" width=\"512\" height=\"512\">"
            + "<rect x=\"-6\" y=\"-6\" width=\"36\" height=\"36\" fill=\"\(background)\"/>"
            + "<g fill=\"none\" stroke=\"white\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\">"
            + shape + "</g></svg>"
    }
}
