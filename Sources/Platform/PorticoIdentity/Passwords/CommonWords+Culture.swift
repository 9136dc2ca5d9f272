extension CommonWords {
    /// Games, clubs and players.
    static let sports = """
        aberdeen acmilan agassi airjordan ajax alonso america arsenal arsenalfc asroma astonvilla astros athlete
        athletico atletico atleticomineiro avalanche ayrtonsenna bahia ballet barca barcelona barsa baseball basketball
        bayern bayernmuenchen bayernmunchen beckham benfica besiktas billiard bills blackburn boca bocajuniors bolt
        borussia botafogo bowling boxing brasileirao bruins bulldawgs canadiens cantona canucks capoeira casino catcher
        celtic championship chapecoense cheer cheerleader chelsea chelseafc chennaisuperkings chess chicagobulls chivas
        coach colocolo colorado colts corinthians coritiba cristiano cristianoronaldo cruzazul cruzeiro crystalpalace
        cska cubs cycling cyclist dance dancing dhoni dinamo diving djokovic dodgers domino dortmund dravid drogba
        dynamo everton evertonfc fcbarcelona fcporto federer fenerbahce feyenoord figo fiorentina flamengo fluminense
        football fortaleza frankfurt fussball futbol futebol galatasaray galodoido ganguly gerrard giggs goal goalie
        golfball golfer golfing gremio gymnast haaland hamburg hamilton handball heat henry hertha hibernian hockey
        homerun hoosiers hulkhogan huskies independiente inter intermilan internacional internazionale islanders iverson
        jackpot jets jiujitsu johncena jordan judo jumper juve juventus kabaddi kaka kapildev karate keeper kicker
        knicks kobe kobebryant kohli kungfu lakers lampard lazio lebron lebronjames leeds leedsunited leomessi
        leverkusen linebacker liverpool liverpoolfc lottery madrid manchester manchestercity manchesterunited mancity
        manunited manutd mapleleafs maradona marathon mbappe mengao messi mets michaeljordan middlesbrough milan
        millonarios motocross motorcycle msdhoni mumbaiindians nacional nadal napoli newcastle neymar neymarjr niners
        ninja nottingham oilers olympiakos olympic orioles pacers packers padres palmeiras panathinaikos pele penarol
        phillies pippen pistons pitcher poker pool porto portsmouth pumas quarterback race racecar racer racing
        razorback realmadrid redskins redsox referee rivaldo riverplate robinho rockbottom rohit roma romario ronaldinho
        ronaldo rooney rossi royalchallengers runner running sachin sachintendulkar sampdoria sampras samurai saopaulo
        saopaulofc schalke schumacher scuba seahawks sehwag selecao senna sevilla shaq skate skateboard skater skating
        skiing slapshot slugger snowboarding soccer softball southampton spartak sport sporting spurs stadium stonecold
        striker stuttgart sunderland suns swimmer swimming taekwondo teamindia tendulkar tennis texans tigerwoods timao
        torres tottenham totti touchdown trainer tricolor twins tyson undertaker valencia valentinorossi vasco
        vascodagama verdao victoria victory virat viratkohli vitoria volleyball volunteers werder westham westhamunited
        whitesox wolverhampton wolverine woods worldcup wrestle wrestler wrestling yuvraj zenit zico zidane
        """

    /// Cars, bikes and what flies.
    static let wheels = """
        accord acura airbus airplane alfa alfaromeo altima apache astra audi auto bentley benz bicycle bike biker boat
        boeing boxster bugatti buick cadillac camaro camry carrera cars celica challenger charger cherokee chevelle
        chevrolet chevy chrysler citroen civic clio concorde cooper corolla corsa corvette davidson diesel dodge ducati
        durango eclipse enfield engine enterprise escort explorer ferrari fiat fiesta focus ford fordf formula galant
        golfgti grandam hayabusa helicopter hero honda hummer hyundai impala impreza integra jeep jetta kawasaki
        lamborghini lancer lancia landrover lexus malibu maserati maxima mazda megane mercedes miata mini minicooper
        mitsubishi motor nascar neon nissan nova opel passat peugeot phantom polo pontiac porsche prelude pulsar punto
        ranger raptor renault rolex saab sailboat sailing scorpio sentra ship silverado speed speedy spitfire subaru
        submarine supra suzuki swift tacoma tata taurus titanic tomcat toyota train trans transam triumph tundra turbo
        vectra volkswagen volvo vwgolf wheel wrangler yamaha
        """

    /// Heroes of films, books and games.
    static let stories = """
        airwolf aladdin alexander alien anakin anime anubis aquaman aragorn arcade ariel arthur aslan assassin atari
        atlantis avalon avatar avenger babylon balboa bambi barbarian bart batgirl batman battlefield bender bilbo
        bioshock bladerunner bleach bobafett bond borg boromir bowser braveheart buffy buzz caesar callofduty camelot
        cartman casablanca catwoman cerberus charmed chewbacca chimera chucky cinderella cleopatra commodore conan
        counter counterstrike coyote creed creeper cullen cyclops daffy daffyduck daredevil darthvader deadpool
        deathstar dexter digimon doctorwho donaldduck donkeykong doom doraemon dracula dragonball dragonballz dreamcast
        druid dumbo dwarf edward elendil elrond evangelion everquest excalibur fallout familyguy fifa fightclub
        finalfantasy fiona flash flintstone frasier fred freddy frodo futurama galadriel gambit game gameboy gamecube
        gameover games gaming gandalf ghost gladiator goblin godfather godofwar godzilla gohan goku goldeneye gollum
        goodfellas goofy greenlantern gremlin griffin gundam halflife halo hamlet hansolo harrypotter hellboy hermione
        heroes highlander hinata hitman hobbit hogwarts holmes homer horus house hulk hydra ichigo inuyasha ironman
        isengard itachi jamesbond jason jaws jedi jedimaster jerry joker jurassic justice kakarot kakashi kenny kenshin
        kingkong kirby kitt klingon knuckles kratos kyle lancelot lara laracroft legolas lineage link lisa luigi macbeth
        macgyver mage magneto manga marge mario masterchief medusa mermaid metalgear metroid mewtwo mickeymouse
        minecraft minnie minotaur mordor morpheus morrowind mortalkombat mulder napoleon narnia naruto nefertiti newmoon
        nintendo obiwan oblivion ogre onepiece osiris pacman paladin patrick pegasus peterpan pharaoh picard pikachu
        pinocchio pirate playstation pokemon popeye potter predator prisonbreak punisher quake quixote ragnarok raiden
        rambo ramses rapunzel resident residentevil riddler roadrunner robinhood robocop rogue runescape sailormoon
        sakura sanandreas saruman sasuke sauron scarface scream scrubs scully sega seinfeld sephiroth sherlock shinchan
        silenthill simcity simpson sims smallville snowwhite solidsnake songoku sonic sopranos sorcerer southpark
        sparrow spawn spock spongebob squall squirtle stan starcraft starfox stargate startrek starwar stewie strider
        strike subzero supergirl superhero superman supermario supernatural superwoman tardis tarzan tekken terminator
        tetris thesims tolkien tombraider totoro toystory trekkie trinity troll tweetybird twilight uchiha vader
        valkyrie vegeta vicecity viking voldemort voyager warcraft watson wonderwoman xbox xena xfiles xmen yoshi yugioh
        zelda zorro
        """

    /// Bands, singers and what they play.
    static let music = """
        abba acdc adele aerosmith aguilera aishwarya alice anthrax axlrose backstreet bassist beatles beyonce bieber
        bigbang biggie blackmetal blink blues bobmarley bohemian bonjovi bono britney cello chrisbrown christina
        clarinet classic cobain coldplay concert cure deepika demilovato depeche depechemode doors drake drum drummer
        drums elvis eminem evanescence fender floyd flute funk gaga genesis gibson gorillaz gothic guitar guitarra gunit
        gunsnroses hannahmontana heavymetal hendrix hiphop hollywood ibanez icecube ironmaiden jackson jagger janet jazz
        jonas joplin journey justinbieber kareena katrina korn kurtcobain ladygaga ledzeppelin lennon lespaul lilwayne
        limpbizkit linkinpark ludacris madonna makaveli manowar mariah marley marshall megadeth melody metallica
        michaeljackson mileycyrus morrison motley motorhead music musica musik musique nelly nightwish nirvana nofx
        notorious nsync oasis offspring onedirection opera ozzy pearljam peavey piano placebo presley punk punkrock
        radiohead rahman rammstein ramones rancid rapper rasta rastaman rebelde reggae rhythm rihanna ringo rock rocker
        rocknroll rockon rocks rush sabbath salman salmankhan samba saxophone sepultura sexpistols shady shahrukh
        shakira sinatra singing slash slayer slimshady slipknot snoop snoopdogg song spears stairway sting stratocaster
        systemofadown taylor techno tempo thebeatles theclash thecure thedoors thriller timberlake tokiohotel tool
        trance trombone trumpet tupac usher vanhalen violin weezy westlife whitney zeppelin
        """

    /// Gods, saints and prayers.
    static let belief = """
        aleluia alhamdulillah allah allahakbar allahuakbar alleluia amen aparecida ayyappa bajrang bajrangbali balaji
        bholenath bible biblia bismillah blessed blessing brahma buddha christ christian church cristo deus deusefiel
        deusemais deusfiel deusmeama deusnocomando dharma dios dioses diosmio diosteama durga durgamaa espiritosanto
        exodus ganapati ganesh ganesha ganpati gloria glory godbless godblessme godisgood godisgreat godislove gods
        gopal gopala gospel gott govinda grace guadalupe guru gurunanak hallelujah hanuman harekrishna harharmahadev
        holy holyspirit iglesia igreja inshallah islam jaihanuman jaimatadi jaisairam jaishreeram jaishrikrishna
        jaishriram jesus jesuschrist jesuscristo jesusislord jesusloves jesuslovesme jesussaves jesusteama kali kanha
        kanhaiya karma khalsa khuda krishna krsna lakshmi laxmi lordjesus madina mahadev mahakal makkah maria mashallah
        mata matthew mecca mercy messiah miracle mohamed mohammed muhammad murugan muslim mygod mylord namahshivaya
        narayan narayana nossasenhora omnamahshivaya omsairam parvati pray prayer psalm quran rabba radhakrishna radhe
        radheradhe radheshyam rama revelation saibaba sairam santo saojorge saraswati satnam savior saviour senhor
        shambhu shankar shirdi shiv shiva shivshankar shreeram shriram shyam sikh singh sitaram siyaram soul spirit
        sriram subhanallah swami thelord tirupati venkateswara vinayaka virgen virgenmaria vishnu waheguru yoga
        """
}
