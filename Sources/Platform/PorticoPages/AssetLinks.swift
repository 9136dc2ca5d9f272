/// Where the styles and scripts of a page are served: from an asset's name to its fingerprinted address.
///
/// Assets of the platform go by their file name (`portico.css`), those of an application by its id and their file
/// name (`bags/station.js`). The address carries a digest of the content, so that it may be kept for ever.
public struct AssetLinks: Sendable {
    private let url: @Sendable (String) -> String

    /// Links that ask `url` for the address of each name.
    public init(url: @escaping @Sendable (String) -> String) {
        self.url = url
    }

    /// The address of the asset called `name`, such as `/assets/bags/station.3f2a91c0.js`.
    public func callAsFunction(_ name: String) -> String {
        url(name)
    }
}
