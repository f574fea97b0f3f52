"""Given names that many bear, by language: so that two of them, however alike, are not held to be one misspelt.

A list tells only that a word is a name; one that stands in none may be a name all the same, which a file then shows by how
many families it occurs in. Written as they are compared: small, in Latin letters, without accents.
"""

from __future__ import annotations

_ENGLISH = """
aaron abigail adam adrian aidan alan alana albert alec alex alexa alexander alexandra alexis alfie alfred alice alicia
alison allan allen alma amanda amber amelia amy andrea andrew angela angelica angus anita ann anna annabel anne annie
anthony april archie arnold arthur ashley audrey austin ava barbara barry beatrice becky ben benjamin bernard beth
bethany betty beverly bill blake bob bonnie bradley brandon brenda brendan brett brian bridget brooke bruce bryan
bryony caitlin calvin cameron carl carla carly carmen carol carole caroline carolyn carter casey cassandra catherine
cecil cecilia charles charlie charlotte chelsea cheryl chester chloe chris christian christina christine christopher
cindy claire clara clare clark claudia clayton clifford clive cody colin connie connor cora corey craig crystal curtis
cynthia daisy dale damian dan dana daniel danielle danny darren daryl david dawn dean debbie deborah debra denis denise
dennis derek diana diane dominic don donald donna doreen doris dorothy douglas dylan eddie edgar edith edmund edward
edwin eileen elaine eleanor elena eli elizabeth ella ellen ellie elliot elsie emily emma eric erica erin ernest esther
ethan eva evan eve evelyn ewan faith fay felicity finn fiona flora florence frances francis frank fred frederick freya
gabriel gail gareth gary gavin gemma geoffrey george georgia georgina gerald geraldine gerard gillian gina glen glenn
gloria gordon grace graham grant greg gregory guy hannah harold harriet harry harvey hazel heather hector heidi helen
henry herbert hilary holly hope howard hugh hugo ian ida imogen india iris isaac isabel isabella isla ivan ivy jack
jackie jacob jade jake james jamie jane janet janice jasmine jason jay jean jeff jeffrey jenna jennifer jenny jeremy
jerry jesse jessica jill jim jimmy jo joan joanna joanne joe joel john jonathan jordan joseph josephine josh joshua joy
joyce juan judith judy julia julian julie june justin karen karl kate katherine kathleen kathryn katie kay keith kelly
ken kenneth kerry kevin kim kirsty kyle lance larry laura lauren laurence lawrence leah lee leo leon leonard leslie
lewis liam lily linda lindsay lisa logan lois lola lorna lorraine louis louise lucas lucy luke luna lydia lynn mabel
madeline maisie malcolm mandy marc marcus margaret maria marian marie marilyn marion marjorie mark marlene marlon
marshall martha martin marvin mary mason matilda matt matthew maureen maurice max maxine megan melanie melissa mia
michael michelle mick miles millie milly miranda moira molly mona monica morgan muriel nadine nancy naomi natalie
natasha nathan nathaniel neil nell nicholas nicola nicole nigel noah noel nora norma norman olive oliver olivia oscar
owen paige pamela patricia patrick paul paula pauline pearl peggy penelope penny perry peter philip phillip phoebe
phyllis polly rachel ralph randy ray raymond rebecca reece reginald rex rhys richard rita rob robert roberta robin
roger roland ron ronald rory rosa rose rosemary rosie ross rowan roy ruby rupert russell ruth ryan sabrina sally sam
samantha samuel sandra sara sarah scarlett scott sean seth shane shannon sharon sheila shirley sian sidney simon simone
sophia sophie stacey stan stanley stella stephanie stephen steve steven stewart stuart sue summer susan susanna suzanne
sybil sylvia tania tanya tara ted terence teresa terry tess thelma theo theodore theresa thomas tiffany tim timothy
tina toby todd tom tony tracey tracy travis trevor tristan troy tyler valerie vanessa vera verity vernon veronica
victor victoria vincent viola violet virginia vivian wade walter wanda warren wayne wendy wesley wilfred will william
winifred xavier yasmin yvonne zachary zara zoe
"""
_GERMAN = """
achim adelheid agnes albrecht alexander alina amelie andrea andreas anette angelika anita anja anke anna anne annegret
annette anni anton antonia antonie arne arno astrid axel barbara bastian beate ben benedikt benno bernd bernhard berta
bettina birgit bjorn brigitte britta bruno carina carla carlo carsten celina christa christel christian christiane
christina christine christoph clara claudia claus clemens conny cornelia dagmar daniel daniela david dennis detlef
diana dieter dietmar dietrich dirk dominik dora doris eberhard eckhard edith egon elena eleonore elfriede elias elisa
elisabeth elke ella ellen elsa else emil emilia emilie emma emmi erich erik erika erna ernst erwin eva evelyn fabian
felicitas felix ferdinand fiete finja finn florian frank franz franziska frauke frieda friedrich fritz gabi gabriel
gabriele georg gerd gerda gerhard gerlinde gerta gertrud gisela gitta greta gretel gudrun guido gunda gunter gustav
hanna hannah hannelore hannes hanno hans harald hartmut hedwig heide heidi heike heiko heiner heinrich heinz helene
helga helge helma helmut henning henri henrik henry herbert hermann herta hilda hilde holger horst hubert hugo ida
ilona ilse imke ines inge ingeborg ingo ingrid irene iris irma irmgard isabell isabella jakob jan jana janina janine
jannis jasmin jens joachim jochen johanna johannes jolanda jonas jonathan jorg josef josefine judith julia julian
juliane julius jurgen justus jutta kai karin karina karl karla karlheinz karsten katharina kathrin katja katrin kerstin
kilian kirsten klara klaus klemens konrad konstantin korbinian kristin kurt lara lars lasse laura lea lena leni lennard
lennart lenz leo leon leonard leonhard leonie leopold levi levin liesel lilli lina linda linus lisa lisbeth lore lorenz
lothar lotta lotte louis louisa luca lucia ludwig luis luisa lukas lutz luzie lydia magda magdalena maike maja malte
manfred manuel manuela mara marcel marco marcus maren margarete margit margot margret maria marianne marie marietta
marina mario marion mark markus marlen marlene marlies marta martha martin martina marvin mathilda mathilde matthias
max maximilian mechthild meike meinhard melanie melina merle mia michael michaela mika mila mina miriam mirja mirjam
mirko monika moritz nadine nadja natalie nele nick nico nicole niklas nikolaus nils nina noah nora norbert olaf ole
oliver olivia oskar ottilie otto pascal patricia patrick paul paula pauline peer peggy peter petra phil philipp pia
rafael rainer ralf ralph ramona raphael rebecca regina regine reiner reinhard reinhold renate rene ricarda richard rita
robert robin roland rolf romy ronja rosa rosemarie roswitha rudi rudolf rune ruth sabine samuel sandra sarah sascha
saskia sebastian selina siegfried sigrid silke silvia simon simone sina sofia sonja sophia sophie stefan stefanie
stefen steffen steffi stephan stephanie susanne svea sven svenja sybille tabea tamara tanja tatjana tessa thea theo
theodor theresa thilo thomas thorsten til till tilo tim timo tina tobias tom toni torben torsten traudel udo ulla
ulrich ulrike ursel ursula uta ute uwe valentin valentina vanessa vera verena veronika viktor viktoria vincent volker
walburga waldemar walter waltraud werner wiebke wilfried wilhelm wilma winfried wolfgang xaver yannick yvonne
"""
_ROMANCE = """
achille adelaide adele adriana adriano adrien agathe agostino aida alain alba alban alberta alberto aldo alejandra
alejandro alessandra alessandro alessia alessio alex alexandra alexandre alexia alexis alfonso alfredo alice alicia
aline alma alvaro amalia amanda amandine ambra ambre amelia amelie amparo ana anabel anais andre andrea andrei andres
angel angela angele angelica angelina angelo anita anna annamaria anne annick annie anouk antoine antoinette antonella
antonia antonin antonino antonio ariane ariel armand armando arnaud arthur arturo audrey aurelia aurelie aurelien
aurelio aurora axel axelle baptiste barbara beatrice beatriz belen benedetta benedicte benito benjamin benoit
bernadette bernard bernardo berta bertrand bianca blanca blandine blas borja brigitte bruna bruno camila camilla
camille camillo carina carine carla carles carlo carlos carlota carmela carmelo carmen carole carolina caroline
cassandra catalina caterina catherine cecile cecilia cedric celeste celestine celia celine cesar cesare chantal charles
charlotte chiara chloe christelle christian christiane christine christophe cinzia clara clarisse claude claudia
claudine claudio clea clelia clemence clement clementine clotilde colette concetta consuelo corinne corrado cosima
cosimo cristian cristiana cristiano cristina cyril cyrille dalila damiana damiano damien daniel daniela daniele
danielle danilo dante daria dario david davide debora delphine denis denise desire desiree diana diane didier diego
dina dino dolores domenica domenico dominique donata donatella donato duarte edgar edmond edoardo eduarda eduardo elea
elena eleonora eleonore elia eliana eliane elias elio elisa elisabeth elisabetta elise eliseo elodie elsa elvira
emanuela emanuele emile emilia emiliano emilie emilien emilio emma emmanuel emmanuelle enrica enrico enrique enzo eric
erica ermanno ernesto erwan esteban estelle esther ettore eugenia eugenio eva eve evelyne ezio fabia fabian fabiana
fabiano fabien fabienne fabio fabiola fabrice fabrizia fabrizio fanny fausta fausto federica federico felicia felicie
felipe felix ferdinando fermin fernand fernanda fernando filipa filipe filippa filippo fiona flavia flavie flavien
flavio flora florence florent florian florine fran franca france francesca francesco francine francis francisca
francisco franck franco francois francoise frederic frederique gabriel gabriela gabriele gabriella gabrielle gael
gaelle gaetano gaspar gaspard gaston gemma genevieve georges georgette geraldine gerard germain germaine giacoma
giacomo giada gianfranco gianluca gianna gianni gilbert gilberte gilberto gilda gilles gina gino giorgia giorgio
giovanna giovanni gisele giulia giuliana giuliano giulio giuseppe giuseppina gloria gonzalo graca grazia graziella
gregoire gregorio greta guido guilherme guillaume guillermo gustave gustavo guy gwenaelle hector heitor helena helene
henri henriette herve horacio hugo hugues ida ignacio igor ilaria ines ingrid inma irene iris irma isaac isabel
isabella isabelle isidora isidro ismael italo ivan ivana ivo jacinta jacinto jacqueline jacques jade jaime javier jean
jeanne jeannine jeremie jeremy jerome jesus joan joana joao joaquim joaquin joel joelle johanna jonathan jordi jorge
jose josefa josefina joseph josephine josette josiane josue juan juana judith jules julia julian juliana julie julien
julienne juliette julio justine karine katia laetitia lara laura laure laurence laurent lea leandra leandre leandro
leila lena leo leon leonardo leonie leonor leonora leopold leticia letizia lia liana lidia lila liliana liliane lilou
lina linda lino lionel lisa lise livia livio loic lola lorena lorenza lorenzo loris lou louis louisa louise louna luana
luc luca lucas lucia luciana luciano lucie lucien lucienne lucio lucrezia ludivine ludovic ludovica ludovico luigi
luigia luigina luis luisa luiz luna lydia lydie mael maelle maeva magali magdalena maite manon manuel manuela mara marc
marcel marcela marcella marcelle marcello marcelo marco marcos margarita margaux margherita margot marguerite maria
mariam mariana marianna marianne mariano marie marielle marilena marina marine marinella marino mario marion marisa
marisol marius marlene marta martha marthe martial martin martina martine martino massimiliano massimo mateo mateus
mathias mathieu mathilde mathis matias matilde matteo matthieu mattia maud maura maurice mauricio maurizia maurizio
mauro maxence maxime melanie melina melissa mercedes mia michel michela michele micheline michelle miguel mila milena
milo mireille mirella miriam mirko monica monique montserrat morgane muriel myriam nadege nadia nadine nando narciso
natacha natalia natalie nathalie nathan nerea nestor nicola nicolas nicole nicoletta nicolo nina nino noa noe noel
noelia noelle noemi noemie nora nuno nuria oceane octave octavia octavio odette odile olga olimpia oliver olivia
olivier omar oriana oriane ornella oscar osvaldo ottavia ottavio pablo paco paloma paola paolina paolo pascal pascale
pascaline patrice patricia patrick patrizia patrizio paul paula paulette paulina pauline paulo pedro pepe perla perrine
philippe pia pier pierina piero pierre pierrette pietro pilar pina pino quentin rachel rachele rafael rafaela raffaela
raffaele raffaella raimondo ramiro ramon ramona raoul raphael raphaelle raul raymond raymonde rebecca regina regine
reine remi remy renata renato renaud rene renee renzo ricardo riccarda riccardo richard rita robert roberta roberto
robin rocco rocio rodolfo rodolphe rodrigo rodrigue roger roland rolande romain romana romane romano romeo romina
romuald rosa rosalia rosalie rosana rosanna rosaria rosario rose rosella roselyne rosetta rosita roxane ruben rubia rui
ruth sabina sabine sabrina salome salvador salvatore samuel samuele sandra sandrine sandro sara sarah saul sebastian
sebastiano sebastien serena serge sergia sergio severine silvain silvana silvano silvestro silvia silvio simeon simon
simona simone sofia sofiane soledad solene sonia sophie stefania stefano stella stephane stephanie steve susana susanna
suzanne sylvain sylvaine sylvia sylvie tamara tania tatiana tea telma teo teodora teodoro terence teresa thais theo
theodore theophile therese thibault thierry thomas tiago tiziana tiziano tomas tommaso toni tonino tristan tullia
tullio ugo umberto ursula valentin valentina valentine valentino valeria valerie valerio vanessa vera veronica
veronique vicente victoire victor victoria vincent vincenza vincenzo viola violette virginia virginie virginio vito
vittoria vittorio viviana viviane vladimir walter xavier yann yannick yasmine yoann yolanda yolande yves yvette yvonne
zelia zoe
"""
_OTHERS = """
abdul abdullah adam adel aditi aditya adnan agata agnes agnieszka ahmad ahmed ahmet aino aisha aki akira aleksander
aleksandr aleksandra aleksei aleksi ali alina aliya alla amal amina amine amir amira amit anastasia anders andrei
andrzej aneta ania anil anita anja anjali anke anna anne anneli annika ante anton antonina antti anu anya arda arjun
arne aron arun arvid asha ask asli asma astrid aya ayan ayla aylin ayse aysel aysun azra bahar bart bartosz beata ben
berat berk beyza bilal birgit bjarne bjorn bo bogdan bora boris bram burak burcu can canan carin caspar cem cemile
ceren chen daan dagny dalia damla daniil danuta daria dariusz deepa deepak defne deniz derin derya devi dina dmitri
dorota eda eero egil eino ekaterina ela elena elif elin elina elisabet elke ella elsa emel emin emine emma emre ender
ene enes engin erdem eren erik erika erkan erol ersin erwin esen esma esra eva ewa eyup fadi fadime faisal fares farid
farida fatih fatima fatma feride ferit filip floor frida frits gabriela galina geert georgi gizem gokhan goran grazyna
greta grzegorz gul gulay gunilla gunnar gustaf haakon hakan hakim halil halima halina hamid hamza hana hande hanna
hanne hannele harri hasan hassan hatice heidi helena helmi hendrik henk henrik hilda hiroshi huda hulya husein hussein
ibrahim ida igor ilker ilona ilse ilya imane imran ines inga inge ingrid inka irena irina irmak ismail ivan ivana ivo
iwona jaap jacek jadwiga jakob jakub jamal jamila jan jana janne jannie janusz jari jaroslav jasper jelena jelle jens
jeroen jerzy jesper joanna joao johan johanna john jolanta jonas joost joris jorma josef jozef juha juhani juho jukka
julia julita jurgen justyna kaan kacper kadir kalle kamil kamila karen kari karim karima karin karl karol karolina
katarina katarzyna katja katya kees kemal kenji kerem kerim khadija khaled khalid kim kiran kirsten kirsti klaas
konstantin kristian kristiina kristina krystyna krzysztof ksenia kubra laila lars lasse latifa laura layla lea leena
leif leila lena leonid levent li lidia lieke lin lina linda linnea lisa liv lotte lucyna ludmila luka lukasz luuk
maarten maciej magnus mahmoud mahmut maja malgorzata malik malika mansour marcin marek margareta mari maria mariam
marian marie marija marika marina mariola mariusz marja marjan markku marko markus marta marte martin martyna maryam
mateusz mati mats matti maxim mehmet mei meike melike melina melis meltem merja mert merve mette michal mihai mika
mikael mikhail mikko milan milena mina minna mira miran mirjam mohamed mohammed mona monika morten mouna mourad
muhammad murat musa mustafa nabil nabila nadezhda nadia nadir nadira naima najat nalan nanna naoko narin nasser natalia
natalya neha nele nese neslihan niels nikita nikola nikolai nil nils nilufer nina nino nisha nora nour noura nur nuray
nuri nurten oksana olav oleg olena olga omar onur orhan osman oya ozan ozge ozlem paavo pavel pekka pelin per petar
petra petri petter pia piet pieter pinar piotr piret pooja priya radek radka rafal rahul raisa raj raja ramazan rana
rania rashid raul ravi recep rene rianne riikka ritva rohan roman roza ruslan rustam saara said salah saleh salim salma
sami samir samira sander sanna sanne sara sari sasha sebastian seda sedat selim selin selma semih senem serdar sergei
serkan serpil sevda sevgi sevil sigrid sijtse sini siri sirin slawomir snezana soner sonja stanislav stanislaw stefan
stein stina suat suleyman sumit sunil suvi sven svetlana sylwia taha tamer tanja tarek tarik tariq tatiana teemu teun
thijs thor tiina tijana timo tomas tomasz tomi tor tove tuba tugba tulay tuncay turan ugur ulrika umit ursula urszula
usha ute valeri valeria vasile veli vera veysel victor vijay vikram viktor viktoria viktorija ville vladimir volkan
wanda wei wiktor wim wojciech yahya yana yasemin yasin yasmin yilmaz youssef yuki yuri yusuf yvonne zahra zainab
zbigniew zehra zeki zeynep zineb zofia zoltan zuzanna
"""
KNOWN = frozenset(f"{_ENGLISH}{_GERMAN}{_ROMANCE}{_OTHERS}".split())
"""Given names, folded."""
