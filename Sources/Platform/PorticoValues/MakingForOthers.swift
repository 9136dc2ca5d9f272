/// Whether what a task makes is kept and given to others: what a cache loads.
///
/// What one caller may see a little late, others must not get as the present state. Whoever makes a value for a cache binds
/// it, and whoever reads rows for the value then takes no old ones.
public enum MakingForOthers {
    /// Whether this task makes something for others.
    @TaskLocal public static var isUnderWay = false
}
