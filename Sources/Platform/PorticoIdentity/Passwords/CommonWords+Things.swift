extension CommonWords {
    /// What else comes to mind first.
    static let things = """
        aaliyah aardvark abcd abcdef abercrombie action active adidas admiral adonis adrienne adult adventure agent
        aggies aikido aileen airborne akira alanis albatros albion alcapone alenka alexey alibaba alliance allmine
        allsop allstar almighty almond alphabet alpine alucard amadeus amateur ambition amoremio amoreterno anastasiya
        anchor anders andersen andromeda angelbaby angeleyes angelface angus anhyeuem answer applepie aquarius arcadia
        archer archery archie area aries armada armani arrow artemis artemka asdf asdfgh asgard asian asimov aspire
        aspirin asterix athlon atomic attack attila attitude augustus aurora awful azerty azertyuiop babycakes babyface
        babygurl babylove babyphat bacchus backdoor baddog badoo baggins bagheera baker balance baller ballin balloon
        balls bamboo banner banshee barber barefoot barkley barnes barracuda barrel barrett barsik basement bashful
        basket basset battle bayside bball beaner beans bearcat beast beastie beavis beefcake beethoven believe bennett
        benson beretta berkeley berry best bestbuy better bigass bigbear bigbird bigboss bigcat bigdog bigfoot bigger
        biggles bigguy bigmac bigmike bigmoney bigred bigtime bikini billabong billyboy bimmer bingo biology biteme
        blabla blablabla blackdog blackman blade blaster blaze blazer blitz block blond blonde blondie blood bloody
        blossom blueboy bluefish bobcat bobdylan bogart bogdan bogey bollocks bollox bomber bondage bone bonehead bones
        bonjour bonkers bonsai booger boogie book booker books bookworm boom boomboom booster boot bootie boots border
        bosco bottle bottom bounce bowler bowman bowwow boxcar brain brandi brando brewer brewster bricks bright
        brilliant bronson brooks browning brucelee bubba bubble bucket buckeye buckshot buddah budman buffett bugger
        bugs builder bullfrog bullseye bumper bungee bunker burn burning burton butch butcher butler butt butthead
        button buzzard cabbage cabernet cable calculator caliente californ caligula callie camp camper cancel cancer
        cancun candle candyman cannon canon capital capone caprice capricorn caramelo carbon card cards carmel carolin
        carpediem carpenter carpet cartoon casanova cascade castro catch catfish catherin catman cattle cavalier caveman
        cayman celebrity celeron center central cessna chainsaw chair champ chance chandler chanel charli charlton
        charly charter chaser check checkers chef cheguevara chemical chemistry chestnut chewie cheyenne chico chill
        chillin chipper chips choice choke chopin chopper chouchou chronic chrono chubby chuck chuckie chuckles chunky
        churchill cigar cinder cinnamon cinta circle circus citadel citizen clancy clapton claymore clean clemson clever
        clipper clock close clown club cobalt code cohiba cold collin color colt colton coltrane columbia comanche
        combat comedy comfort command commander commando compass complete compute concord concrete condom condor conrad
        consumer content converse conway cook coolcat coolguy corleone cornell corner corsair cosmo costello cosworth
        cotton coucou county courage cousin crack cracker crash cream create creation creature criminal crimson critter
        cross crossfire crown cruise crunch crusader crush crusher cuddles cuervo custom customer cutlass cutter cyborg
        cyclone cygnus cypress dabears daddygirl daddysgirl daewoo dagger dalton damage danila danni dannyboy dante
        danzig dark darkangel darklord darkness darkside darkstar darwin dasher davinci daytona deadhead deadly deadman
        deal deejay deep deeper defender defense defiant deftones delete delight delphi deluxe denali deputy desire
        deskjet destroy destroyer devildog dickhead diehard dietcoke digger dilbert dillon dimples dingdong dinosaur
        dipshit direct dirty disco discover discovery discus diver divine divorce dixie dogfood dogman doll dolly domain
        dome dominion donovan doobie doogie dotcom double doudou doughboy down dozer drago dragster drama drifter drive
        driven drizzt droopy drop drowssap drunk dude dudley dummy dungeon dust dynamite earthlink easy eating eatme
        eatshit ebony edge eduard education eeyore einstein electra electric electro electron element elite elizaveta
        emmanuel energy engage enigma entropy entry epsilon eraser ericsson erotic erotica error escape eternal eternity
        euteamo ever everest everett everlast evolution excite exotic expert express extra extreme eyes fabulous face
        facial fairy fallen falling famous fandango fantasy farm farscape fast fastball faster fatass fatboy fatcat
        fatman favorite fear fearless feather feeling fellow female fenix fergus fernand ferret festival fetish fever
        fiction fiddle field figaro filter final finger finish firefox fist fisting fitness fletcher flexible flight
        flipper floppy flounder flyboy flyer flyfish flying follow foobar food fool foot force forrest fortress forty
        forward foster foundation fountain foxylady franco fraser freak freaky freckles frederic frederik free freebird
        freefall freeman french fresh friendly friendster frisbee frisky frogger frogman front frontier fruit fubar
        fugazi full funky fusion future gadget galileo gambler gang garage garbage garcia gargoyle gate gemini
        generation genius gentle geronimo gesperrt getmoney getsome ghetto giant giggles giorgi glacier glamour glass
        global goblue gocubs goddess godlike godsmack gofish goforit goldfinger goldwing gone gonzo goober good goodday
        goodluck goodtime gooner gopher gorgeous gotcha gotohell govols graduate grand granite grateful gratis gravity
        grease great greatest greenbay grendel gretzky griffey grinder gromit groove groovy groucho ground grover grumpy
        guardian gucci guevara guiness gunnar gustav habibi haha hahaha hair hammer hand handyman hannibal harbor hard
        harder hardrock harmony harvard harvest hastings havefun hazard head headache healthy heavy hedgehog hehehe
        helium helmet help helper helpme herbie heritage hermes hershey high highheel highland highway hihi hihihi hills
        hilton hippie history hithere hokies holden hole hollister homeboy hookem hooligan hoops hooter hopeless horace
        horizon horror hotass hotboy hotgirl hotrod hotshot howdy hughes hungry hurley husker hustle hybrid hydrogen
        hyperion iamcool iamgod icehouse idontknow iforgot ilikeyou illini illusion ilove ilovealex ilovechris
        ilovedavid iloveher ilovejames ilovejohn ilovejosh ilovematt ilovemike ilovemydad ilovemymom ilovenick iloveryan
        ilovesex image imagine imcool immortal impact imperial important impossible imthebest incredible incubus
        independent indigo infantry inferno infinite infiniti infinity information innocent insert inside insight
        instant instinct integrity intense internal intrepid intruder invisible itsme iwantu jackal jackass jacket
        jackoff jajaja jameson jammer jarhead javelin jaybird jayhawk jayson jazzy jellyfish jerkoff jester jethro jewel
        jezebel jimmie jingle johnboy jolly judge juggalo juice juicy jumbo jump junebug junk junkie justdoit justme
        kahuna kaiser kaktus kamikaze kangaroo kasper katana kayak kaylee keegan keepout keisha kennedy kenwood kenworth
        kermit kernel kestrel ketchup keystone keywest kickass kidney killbill killjoy kilroy kingpin kings kinky kirill
        kissmyass kitchen kkkkk knock knopka knowledge kodak kodiak kolobok komodo koroleva koshka kosmos kostya kotenok
        kramer kristi lacrosse ladder ladybird laguna lakota lalala lansing lantern laser laserjet latin laughing laurel
        lazarus league leather leavemealone ledzep left legacy legend legion legs lemonade lenin lesley lestat letitbe
        letsgo level lexmark libra library lick life lifehack lifetime light lighthouse lilith lilmama lilman limited
        line linked lionking lips liquid list listen little littlegirl littleman littleone live living logan lokomotiv
        lolipop lollol lollypop lolo lolol lonestar lonewolf long longbow longhair longhorn look loop looser loud loulou
        loveable lovebird lovehate lovehurts lovergirl loverman lovesex lovesucks lowrider loyalty luck luckydog luft
        macdaddy machine maddie maddog madman madmax madness maestro mafia maganda magelan magellan maggot magicman
        magnet magnum magnus magpie mahal mahalkita mahalko mahler mail mailbox mailman majestic makemoney maker maksim
        maksimka malaka mallard mamacita mamamia mamapapa mammoth maniac mankind manson mantra marble marika mariner
        marino marius marker marlboro marlin marquis marriott marvel massage massive mastercard matador mathematics
        mature maverick maximum mayday mayhem maynard meagan meat meatball meatloaf mechanic medic medicine medved
        meeting mega megaman megatron meister member memento memorex memories memory menace mentor meowmeow meridian
        merlot mersedes message metallic method metro microlab micron microsof midway mighty milk miller mind mine
        minerva minime minimum minnow minolta minute mirage mirror mischief misery misfit mishka mission mister mistress
        mivida mobydick model modern mojo moloko molson moment mommie monaco monalisa mondeo moneymaker moneyman
        moneymoney mongoose monke monroe montgomery mookie more mortal mortgage mortimer motherfucker motherlode motion
        moto mouth mozart mozilla mudar mufasa mullet munchkin muppet murdock murray muscle musicman mustard mutant
        myangel mybabies mybaby mydog myfamily myheart myhoney mykids mylife myself mystical mywife napster nasty nation
        national native naughty nautilus navajo navigator needle negative nemesis nero netscape neutron nevergiveup
        neverland nevermind nevermore newbie newlife newman news newton niagara nice niceday niceguy nickel nighthawk
        nightmare nightwing nike nikolay nikon nimbus nimrod nineinch nipple nitram nitro noidea nolimit nomad noname
        nono nookie normal norton notused nounours noway nuclear nugget numberone nygiants nyjets nylons nymets oakley
        oatmeal obama obelix obsidian odessa odyssey ohyeah okay oldman oldschool olympus onelove onetime onlyme onlyone
        onlyyou optimist optimus option orgasm orient origin original orion outkast outside over overdrive overkill
        overlord oxygen pack page paint paintball pandora panic panties pantyhose panzer paper papillon paradigm paradox
        paramedic paranoia paranoid park partner pass passion pathfinder patience patriot patrol patton paulie pavilion
        pavlov pearson pebble peekaboo peeper peewee pencil people perfection person personal pervert peterbilt petrov
        petrovich phat phil phish photon physics pianoman picasso piccolo pierce pillow pingpong pinhead pioneer
        pipeline pippo piranha pisces pistol pitbull place plasma plastic plato platypus play playing playtime pleasure
        plumber plus plymouth pobeda pocket poetry point pointer polaris polaroid polecat polina politics pompey poncho
        poochie pooh poohbear pookie pooky poop pooper poophead popo popper poppy popstar popular porkchop pornstar
        portal porter poseidon positive possible possum post postal postman pothead powder power powerful premier
        premium presario presto prettyboy prettygirl pride priest prime primus princeton printing prison prodigy product
        professional professor profile program progress promise prophet proton prowler public puddin puddle pumper punch
        puppet pupsik purdue pusher putter puzzle pyramid qazwsx quantum quark quarter quartz quattro quest question
        quick quicksilver quiksilver qwert qwerty qwertz rabota radar radical rage raider railroad rainman rainyday
        raistlin rambler rampage ramsey random rasputin rated razor reading ready real reality reaper reason rebound
        record recovery redalert redbird reddevil reddwarf redeye redfish redfox redhot redline redman redneck redstar
        redwood reebok reefer regal reggie register remington remote renegade report reptile republic rescue research
        respect retired return revenge revolution revolver reynolds rich richmond ricochet rider right rightnow ring
        ripcurl ripper ripple rising road roadking roadster robot robotech robotics rocketman rockford rodeo rodman roll
        roller rolling rolltide romance romantic romashka rommel rookie room rootbeer rotten rough route rubber rubble
        rugby ruler rules rulez runaway saber sabina sabre sacred safari sahara saint saiyan salamander saleen salomon
        samiam samira sampson sancho sand sander sandman santafe sapper saratoga sassy sassygirl satellite savage sayang
        scania science score scout scrappy scratch screw screwyou script seahorse seal seamus searay search season
        second seeker select seminole semperfi senator senior sensei sentinel serega serenity serious seventeen sexual
        sexyboy shado shaggy shalom shaman shampoo shamrock shania shaolin sharp shasta shaved shazam shearer sheena
        shelley shelter sheriff sherwood shield shiloh shine shiner shinobi shock shoe shoes shogun shoot shooter shop
        shopping short shorty shot shotgun show shower showme showtime shutup sidekick signal silence silent silly
        simmons simple sinbad sinclair single sinister sinner sirius sixers sixteen skeeter skeleton skillet skinner
        skinny skipper skull skydive skydiver slacker slappy slave sleep sleepy slick slide slim slippery sloppy slow
        smart smartass smash smeghead smelly smitty smoke smoker smokin smoking smooth smoothie smudge smurf snafu
        snapper snatch sneakers sneaky sniper snuggles sobaka social socrates soft solar soleil solitude solnishko solo
        solomon solution sonoma sooner soulmate sound source spaceman spanish spank spanking spanky spark sparkle sparta
        speaker spectre spectrum sphinx spidey spinner spiral splash splinter sponge spoons springer sprint sprinter
        spunky sputnik spyder square squash squeeze squirt stalin stalker stallone standby stanford starbuck stardust
        starfire starman starter state static station status stealth steam steeler stellina steph stereo sterling stick
        stimpy stinger stingray stocking stone stoned stoner stoney stop storage stories straight strange stranger
        stream strength stress stretch string strip stroker strong stuff stunner style sublime suburban subwoofer
        success successful suck sucker suckit suckme sucks suicide sultan summertime summit sundance sunnyday super
        superfly superior supernova supreme surprise survivor sveta svetik swallow sweetangel sweetness sweetpea swing
        swinger switch sword swordfish synergy syracuse table tacobell talent talisman talk tank tanker tanner target
        tarheel tattoo taxi tazman tazmania teapot technics teen telecom telephone tempest templar tender terminal
        terrapin terror thanatos theater theatre thebear thebest theboss thecat thedog theend thegame thegreat thekid
        theking theman theone therock thing think thinking third thirteen thirty thisisit thizz thong thought throat
        thuglife thumb thumper thunderbird tiao tiberius ticket tickle tight tigrou timber time times tinker tinman
        tintin tiny titleist toaster tobacco toilet toledo tommyboy tongue tonight tootsie topcat topdog topgun tophat
        topher topless topper torpedo torture total touch town trace tracer track traffic transfer transit translator
        trash travel traveler treasure treble trekker triangle tribal tribe trick trident trigger trip triple tripper
        triton trooper tropical trouble true tsunami tuning tunnel turner tuxedo tweeter twin twinkle twist twisted
        twister tycoon typhoon ultima ultimate ultra umbrella under undercover underdog underground underworld
        unforgiven union unique united universal unlimited unreal usmc utopia valera valhalla vampir vandamme vangogh
        vanguard varvara vector vedder velocity velvet vendetta venom venture verbatim veritas verizon veronika versace
        vertigo vespa vesper vette view villa vintage virgil virgo virtue virus visa vision visual vitalik vitamin
        vivaldi vivid vkontakte vladik vladislav volcom volkov volley volume voodoo vortex voyeur vulcan waiting walker
        walking walleye walmart walnut walrus wanker wanted wargames warhammer warlock warlord warning warthog wasser
        wassup watch watcher watching waterloo wealth weapon weasel weather weaver webcam webster weed welder whatsup
        whatthe whatup whippet whisper whistler whoami whocares whynot wibble wild wildcard wildcat wildchild wildman
        wildone willis winchester window windsor winger wingman wings winona wisdom withlove wolverin wombat wonder
        wonderland wood woodland woofer woohoo wookie work working workout wraith wrench wsxedc wutang xanadu xtreme
        yeah yeahbaby yesyes yolo yosemite young youngmoney yourmom yousuck yoyo yzerman zanzibar zaphod zealot zenith
        zephyr zerocool zigzag zipper zippy zodiac zone zxcv zxcvbn
        """
}
