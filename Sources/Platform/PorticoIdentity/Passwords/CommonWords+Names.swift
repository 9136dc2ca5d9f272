extension CommonWords {
    /// Names heard where English is spoken.
    static let english = """
        aaron abby abigail adam addison adrian adriana aidan aiden aimee alan albert alec alex alexa alexandra alexandre
        alexandria alexia alexis alfred alicia alison allan allen allison allyson alvin alyssa amanda amelia anderson
        andrea andrew andy angela angelica angelina angie anita anna annabelle anne annette annie anthony antonio ariana
        arnold ashlee ashleigh ashley ashton aubrey audrey austin barbara barbie barney barry beatrice becca becky
        belinda benjamin benny bernard bernie bertha beth bethany betty beverly bill billy billybob blake bobbie bobby
        bonnie brad bradley brady brandon brenda brendan brent brett brian briana brianna bridget brittany brittney
        brooke brooklyn bruce bryan bryant byron caitlin caleb calvin cameron camille campbell candace candice carl
        carla carmen carol carole carolina caroline carolyn carrie carson carter casey cassandra cassidy cassie
        catherine cathy cecilia celeste chad charlene charles charlotte chase cheryl chris chrissy christie christine
        christopher christy cindy claire clara clarence clark claude claudia clayton clifford clifton clint clinton
        clyde colin colleen connie connor conor corey cory courtney craig curtis cynthia dale dallas damian damien dana
        daniel daniela danielle danny daphne darlene darrell darren darryl dave david dawn dean deanna debbie deborah
        debra denise dennis derek derrick desiree devin diana diane dianne dolores dominic dominique donna donnie donny
        dora doris dorothy doug douglas drew duncan dustin dwayne dwight dylan earl eddie edgar edith edwin eileen
        elaine eleanor elena elijah elisabeth eliza elizabeth ella ellen ellie elliot elliott elmo emerson emily emma
        eric erica erik erika erin ernest ernie estelle esther ethan eugene evan evelyn felicia fernando florence
        francesca francine francis francisco frank frankie franklin freddie frederick gabriel gabriela gabrielle gail
        garrett gary gavin gene geoffrey george georgia georgina gerald gerard gilbert gina ginny gladys glen glenn
        gordon gracie graham grant greg gregg gregory gretchen gwen hailey haley hank hannah harold harriet harris
        harrison harry harvey hayden hayley hector heidi helen helena herbert herman hilary hillary howard hubert hudson
        hugh hugo imogen ingrid irene iris isaac isabel isabella isabelle isaiah ivan jack jackie jaclyn jacob
        jacqueline jaden jake james jamie jane janelle janice janine jared jasmin jayden jayjay jean jeanette jeanne
        jeff jefferson jeffrey jenjen jenna jennifer jenny jeremiah jeremy jermaine jerome jess jesse jessica jessie
        jill jillian jimbo jimmy joan joanna joanne jocelyn jodie jody joel joey john johnathan johndoe johnjohn johnny
        johnsmith johnson jonathan jonathon jones joseph josephine josh joshua josie joyce juan juanita judith judy
        julia julian juliana julie juliette julius justin justine kaitlin kaitlyn karen karina karl karla kate katelyn
        katherine kathleen kathryn kathy katie katkat kayla kayleigh keith kelley kelly kelsey kelvin kendall kendra
        kenneth kent kerry kevin kimberly kirk kirsten kristen kristin kristina kristy krystal kurt kylie lance larry
        laura lauren laurence laurie lawrence leah leanne leigh leland lena lenny leonard leroy leslie lester levi lewis
        lillian lincoln lindsay lindsey lionel lizzie lloyd lois lola lonnie lorena loretta lori lorraine louis louise
        lucas lucia lucille lucy luke luther lydia lynette lynn mackenzie madeline madison malcolm mallory mandy marc
        marcel marcia marcus margaret marian marie marilyn marina marion marissa marjorie mark marlene marlon marsha
        martha martin martina marvin mary maryann maryjane mason matilda matt maureen maurice maxine maxwell megan
        melanie melinda melissa melvin meredith merle michael michaela michele michelle miguel mikey mildred miles
        millie milo milton mindy miranda miriam mitch mitchell moises mollie monica monique morgan morris moses mylene
        myrtle nadia nancy naomi natalia natalie natasha nathalie nathan nathaniel neil nelson nicholas nick nicky
        nicola nicole nigel nikki nina noah noel nora norma norman octavia oliver olivia ollie omar orlando otis owen
        paige pamela parker patricia patsy patty paul paula pauline payton pedro peggy penelope penny percy perry pete
        peter peterson petra peyton philip phillip phoebe phyllis polly preston priscilla quentin quinn rachael rachel
        ralph ramon randall randy raquel raul raymond reagan rebecca reed reese regina reginald rene renee rhonda
        ricardo richard richie rick rickey ricky rico rita robbie robert roberta roberto robinson rochelle rodney roger
        roland roman ronald ronnie rosa rosalie rosanna roscoe rosemary rosie ross roxanne roxy ruben rudy russell ruth
        ryan sabrina sally salvador samantha sammie samuel sandra sandy sara sarah savannah scarlet scarlett scott
        scotty sean selena serena sergio seth shane shannon sharon shaun shawn shawna sheila shelly sherman sherri
        sherry shirley sidney silvia simon simone skylar smith sofia sonia sonya sophia spencer stacey stacy stanley
        stefan stephanie stephen stephie steve steven stevie stewart stuart sullivan susan susana susanne susie suzanne
        suzie sydney sylvia tabitha tamara tammy tania tanya tara tasha terence teresa terrance terrence terri terry
        tessa thelma theodore theresa thomas thompson tiffany timmy timothy tina todd tommy tony tonya tracey traci
        tracy travis trent trevor tricia trisha tristan troy truman tyler tyrone ursula valerie vanessa vaughn vera
        vernon veronica vicki vickie vicky vince vincent viola virginia vivian wade wallace walter wanda warren wayne
        wendy wesley wilbur will william willie willy wilma wilson winston woodrow xavier yolanda yvette yvonne zachary
        zack
        """

    /// Names and places that people in India choose.
    static let indian = """
        aakash aarav abdul abdullah aditi aditya agra ahmad ahmed ahmedabad aisha ajay akash akola akshay akshaya
        allahabad alok aman amar ambedkar amit amita amrita amritsar anand ananya andhra anil anjali ankit ankita ankur
        ansari anuj anupam anuradha anushka aparna archana arjun arun aruna arvind asha ashish ashok ashwin ashwini
        assam avinash ayesha ayodhya ayush babita babu balu banaras banerjee bangalore baroda bengal bengali bengaluru
        bhagatsingh bhanu bharat bharath bharatiya bharatmata bharti bhavana bhavesh bhavya bhopal bhubaneswar bihar
        bindu bombay bose calcutta chandan chandigarh chandra chandu chatterjee chaudhary chennai chetan chhattisgarh
        chinnu chintu choudhary cochin coimbatore deepa deepak deepali deepti dehradun delhi devansh devi dheeraj dhiraj
        dilip dinesh divya diya dutta farhan fatima gandhi ganga gaurav gauri gautam gayatri geeta geetha ghosh girish
        gita godavari golu gopi govind guddu gudiya gujarat gujju gupta gurgaon guwahati gwalior hari haridwar harish
        harsh harsha harshit haryana hasan hassan hema hemant himalaya himanshu hindustan hisar hussain hyderabad
        ibrahim imran incredibleindia indian indira indore indu irfan ishaan ishita ismail iyengar iyer jabalpur jagdish
        jaibhim jaihind jaipur jaya jayanti jayesh jaypal jharkhand jitendra jodhpur joshi jyothi jyoti kailash kajal
        kalpana kamal kamala kamlesh kanchan kannada kanpur karan karim karnataka karthik karthika kartik kashi kashmir
        kaveri kavita kavitha kerala khan khushi kiran kirti kishan kishore kochi kolkata komal krish kriti krunal kumar
        kumari kunal lalit lalita lavanya leela lokesh lucknow ludhiana madhav madhavi madhu madhuri madras madurai
        maharashtra mahatma mahesh malayalam malik manali manasa mandeep manish manisha manju manohar manoj maratha
        marathi mathura mayank mayur meena meenakshi meera megha mehta mehul menon milind mishra modi mohan mohini mohit
        mukesh mukherjee mukul mumbai murali mysore naga nagaraj nagpur naidu nair naman namrata nandini narendra naresh
        narmada naveen navin nayan neelam neeraj neha nehru newdelhi nidhi nikhil nikita nilesh nirmal nirmala nisha
        nishant niteesh nitin nitish noida odisha omkar orissa padma pallavi pandey pankaj parth patel patna payal
        pillai pintu piyush pooja poonam prabha prabhu pradeep prakash pramod pranav prasad prasanna prashant prateek
        pratibha pratik praveen pravin prayagraj preeti prem pritam prithvi priya priyanka puja pune puneet puneeth
        punit punjab punjabi radha radhika raghav raghu rahim rahul raipur raja rajan rajasthan rajat rajeev rajendra
        rajesh rajeshwari rajiv rajkot rajkumar rajput rajputana raju rakesh raman ramesh ranchi rani ranjan ranjit
        ranjith rashmi ravi ravikumar ravindra reddy reena rekha renu renuka reshma riddhi rishabh rishi rishikesh
        ritesh ritika ritu rohan rohini ruchi rupa rupali sagar sahil saikumar salim saloni samar sameer sandeep sandhya
        sangeeta sangita sanjana sanjay sanjeev sanju santhosh santosh sapna sarita satish satya saurabh secunderabad
        seema shah shaikh shalini shanti sharma shashi shefali sheikh shilpa shimla shivaji shivam shivani shobha
        shraddha shreya shruti shubham shweta siddharth siddhi simran sita smita smriti sneha sonal sonali soni sonu
        sridhar srikanth srinivas srinivasa subhash subhashchandra sudha sudhir sujata sujit sukumar suman sumit sunil
        sunita sunitha supriya suraj surat surbhi surendra suresh surya sushant sushil sushma swapna swapnil swathi
        swati tajmahal tamil tamilnadu tanvi tarun tejas telangana telugu tiwari trivandrum tushar udaipur uday umesh
        upasana urvashi usha vadodara vaibhav vandana vandemataram vani varanasi varsha varun vasant vasanth vasu vedant
        veena venkat venkatesh verma vibha vidya vijay vijaya vikas vikram vikrant vimal vinay vineet vineeth vinod
        vipin vipul vishal vivek vivekananda vizag vrindavan yadav yamuna yash yashwant yogesh yusuf zainab
        """

    /// Names and places that people in Brazil and its neighbours choose.
    static let brazilian = """
        adriano ailton alagoas alberto alejandra alejandro alessandra alessandro alfonso alfredo aline alvaro amazonas
        amazonia anabela anaclara anajulia analuiza anapaula andre andreia andressa antonia ariane arturo augusto
        beatriz belem belohorizonte bernardo beto bianca brasil brasileira brasileiro brasilia brazil bruna bruno caio
        camila camilo campinas carina carioca carlitos carmencita cassio catalina catarina ceara cesar chiquita cicero
        clarice claudio cleber coimbra conchita consuelo copacabana cristian cristiane cristina curitiba daiane danilo
        davi debora denis diego diogo edson eduarda eduardo eliane elias elisa emanuel emilia emilio enrique enzo
        ernesto esteban estefania eugenia evandro fabiana fabiano fabio fabricio federico felipe fernanda fernandes
        ferreira flavia flavio florianopolis floripa francisca gabi gaucho geraldo gerardo german gilberto gilmar
        giovana giovanna gisele giulia goiania goias gomes gonzalez gonzalo guarapari guilherme guillermo gustavo
        gutierrez heitor helio henrique hernandez iago ignacio igor ines ipanema isabela isadora ivone ivonne jacinto
        jaime jair jaqueline javier jazmin jimena jimenez joana joao joaopedro joaovitor joaquim jorge jose josefa
        joselito josemaria josue juancarlos juanito juliano julieta juninho junior jussara karine laercio lais larissa
        leandro leonardo leticia lidia lilian liliana lisboa livia londrina lopes lorenzo lourdes luan luana luciana
        luciano lucimara luis luisa luisito luiz luiza luizinho lula lupita magali maicon manaus manoel manolo manuel
        manuela mara maracana maranhao marcela marcelino marcelo marcio mariaclara mariaeduarda mariajose mariana
        marianna maribel marilia marisa marisol marta martinez mateo mateus matheus matogrosso mauricio mauro maximo
        mendes miguelangel miguelito milena minasgerais mineiro mirela monserrat moraes morales murilo nathalia neide
        nestor neusa nilson nilton niteroi noemi norberto octavio odair ofelia olinda oliveira osvaldo otavio pablo
        paloma pancho pantanal paola paraiba parana paulinha paulinho paulista paulo pedrinho pereira perez pernambuco
        piaui pilar portoalegre portugal portugues priscila rafa rafael rafaela raimundo ramirez ramos rebeca recife
        regiane reginaldo regis reinaldo renan renata renato riodejaneiro riogrande rocio rodolfo rodrigo rodrigues
        rodriguez rogerio romulo rosana rosangela rosario roseli roxana samara sampa sanchez sandro santana santiago
        sebastian sebastiao sergipe silva silvana silvio solange soledad sorocaba sueli suzana tainara talita tamires
        tatiana tatiane teixeira telma thais thaynara thiago tiago tomas uberlandia ulisses vagner valdir valentina
        valeria valter vanderlei vargas vicente victorhugo vilma vinicius vitor vitoriosa viviane wagner wanderson
        washington wellington willian ximena yadira yasmin yesenia yuri zilda
        """

    /// Names heard in Germany, France, Italy, Russia and around.
    static let european = """
        aleksandr alessia alexandr alexei alina anastasia andrei andrej andrey angelika annika antoine antoinette anton
        antonella arne artem artur astrid aurelie axel barbel bastian benedikt benoit bertrand birgit bjorn boris
        brigitte camilla carlo carsten caterina cedric celine chantal chiara christel christelle christophe claudine
        clemens clement cornelia davide delphine detlef dieter dietmar dimitri dmitri dmitry dominik doreen dorota
        ekaterina elisabetta elodie emilie engel enrico erich ernst etienne fabian fabien fabrizio federica filip
        filippo florian francesco francois francoise fritz galina gerhard gertrud gianluca gianni gilles giorgio
        giovanni giulio giuseppe gregor gudrun guillaume gunter gunther hakan hanna hannes hans heiko heinrich heinz
        helmut henning henri henrik hermann himmel holger horst ilona ingeborg ingo irina ivanov jacques jakob jana
        janina jens joachim jochen johann johanna johannes jorgen juergen julien jurgen karin karolina karsten kasia
        katarina katerina katharina kathrin katja katrin katya kerstin klaus konrad konstantin krasotka laetitia larisa
        lars laurent leonid leonie liebling lothar luca lucie ludmila ludwig lukas magda magdalena manfred marcin marek
        margit marianne mariusz markus mathias mathieu mathilde matteo matthias maurizio maxim maximilian mehmet michal
        michel mikhail mireille mirko monika moritz murat mustafa nadine nastya nataly natalya natascha nicolai
        nicoletta nikolai nikolas norbert oksana oleg olga olivier ornella oskar paolo parol pascal pasquale patrice
        patrik pavel petr philipp philippe pierre privet rainer raphael reinhard riccardo rolf romain rosemarie rudiger
        rudolf ruslan sabine salvatore sandrine sascha schatz schatzi sebastien sergei sergej sergey serkan severine
        sigrid silke slava solnce sonja sonne sonnenschein stanislav stefania stefanie stefano steffen steffi stephane
        stern sterne susi sven svetlana sylvain sylvie tanja tatjana tatyana thierry thorsten tobias torben torsten
        ulrich ulrike vadim valentin valentino valerio viktor viktoria vincenzo virginie vitaly vlad vladimir volker
        werner wilhelm wladimir yannick zeynep zvezda
        """
}
