extension CommonWords {
    /// Countries, states and towns.
    static let places = """
        adelaide afghanistan africa alabama alaska albania aloha american amsterdam ankara antwerp argentina arizona
        arkansas asia athens atlanta atlantic auckland aussie australia austria avenue bahamas baltimore bangkok
        bangladesh barbados beijing beirut belfast belgium berlin birmingham bogota bolivia bologna bordeaux boricua
        bosnia boston bradford bremen bridge brisbane bristol britain british broadway bronx brussels bucuresti budapest
        building bulgaria calgary cali california cambridge canada canadian canberra capetown caracas cardiff chicago
        chile china chinese chitown city cleveland cologne colombia colombo columbus compton copenhagen cornwall
        costarica country coventry croatia cuba cyprus danmark delaware denmark denver detroit deutsch deutschland devon
        disney disneyland dominican downtown dresden dubai dublin dundee durban dutch east eastern eastside ecuador
        edinburgh edmonton egypt elsalvador england english espana espanol essex ethiopia europa europe finland firenze
        florida francais france fresno galway geneva genova germany glasgow greece guatemala hannover harlem hartford
        havana hawaii hawaiian hellas helsinki holland home homes hometown honduras hongkong honolulu houston hrvatska
        hungary iceland illinois indiana indonesia iowa ireland irish islamabad israel istanbul italia italian italiano
        italy jakarta jamaica japan japanese jersey jerusalem kansas karachi kathmandu kentucky kenya kingston korea
        korean kosovo kuwait lahore lasvegas lebanon leicester leipzig london londres losangeles magyar maine malaysia
        manhattan manila marseille maryland medellin melbourne memphis mexicano mexico miami michigan milano milwaukee
        minnesota mississippi missouri montana monterrey montreal moscow moskva muenchen munich nairobi nashville
        nebraska nevada newjersey newmexico neworleans newport newyork newzealand nigeria nippon north northern
        northside norway oakland ohio oklahoma oregon osaka ottawa oxford pacific pakistan palace panama paris philly
        phuket pilipinas pinoy pittsburgh poland polish polska portland prague puertorico romania rome rotterdam russia
        russian sacramento saigon salzburg sandiego sanfrancisco schweiz scotland scottish seattle senegal serbia
        shanghai sheffield sicilia singapore south southern southside spain srilanka stlouis street suomi sussex sverige
        swansea sweden swedish sweethome swiss taipei taiwan tampa tasmania temple tennessee texas thailand tobago tokyo
        torino toronto tower trinidad tucson turkiye uganda ukraine uruguay utah vancouver vegas venezia venezuela
        venice vermont verona vienna vietnam village wales warszawa west westcoast western westside winnipeg wisconsin
        wyoming zagreb zealand zurich
        """
}
