//! The rules for the forms of words as the search uses them: in both directions.
//!
//! A name has one stem, and its text is the only one to look for. A word of a query has none: it
//! may be any form of a word that nobody has listed. So each word has all the stems that the rules
//! allow, and two words may be forms of one word if they share a stem:
//!
//! ```text
//! құқығы    stems: құқығы, құқық (қ becomes ғ before ы)
//! құқықтың  stems: құқықтың, құқық
//! құқықтық  stems: құқықтық                              no form of құқық: it is an adjective
//! ```

use super::{Inflection, STEM, Spelling, StemChange, Surface};

/// The number of letters from which on a word has no stem but itself. No real word is longer, and
/// the time for one grows with the square of its length.
const LONGEST_WORD: usize = 48;

impl Inflection {
    /// Returns the other ways to type words of the language.
    pub fn spellings(&self) -> &[Spelling] {
        &self.search.spellings
    }

    /// Returns all stems of which a word in small letters may be a form, the word itself first.
    pub fn stems(&self, word: &str) -> Vec<String> {
        let mut stems = vec![word.to_owned()];
        if let Some(known) = self.search.exceptions.get(word) {
            stems.extend(known.iter().filter(|stem| *stem != word).cloned());
            return stems;
        }
        if word.chars().count() >= LONGEST_WORD {
            return stems;
        }
        for (letters, (at, c)) in (1..).zip(word.char_indices()) {
            let end = at + c.len_utf8();
            let start = &word[..end];
            let mut add = |stem: &str| {
                if stem.chars().count() >= self.search.shortest
                    && !stems.iter().any(|known| known == stem)
                    && self.is_form(word, stem, start)
                {
                    stems.push(stem.to_owned());
                }
            };
            if letters >= self.search.shortest && end < word.len() {
                add(start);
            }
            for change in self.changes.iter().chain(&self.search.changes) {
                if let Some(stem) = self.before_change(start, change) {
                    add(&stem);
                }
            }
        }
        stems
    }

    /// Returns the spellings of a stem before endings, by the rules for names and those for the
    /// search.
    pub fn search_surfaces(&self, stem: &str) -> Vec<Surface> {
        let mut surfaces = self.surfaces(stem, false);
        let own = surfaces.first().cloned().filter(|own| own.text == stem);
        for change in &self.search.changes {
            let (Some(kept), Some(end)) = (self.without_end(stem, change), &change.becomes) else { continue };
            surfaces.push(Surface {
                text: format!("{kept}{end}"),
                state: change.state,
                before: change.before.clone(),
                // A listed form of a word, such as `went` of `go`, needs no ending.
                is_form: change.is_whole,
                ..Surface::after_change()
            });
        }
        if let Some(own) = own {
            for &state in self.search.starts.iter().filter(|&&state| state != STEM) {
                surfaces.push(Surface {
                    state,
                    before: String::new(),
                    never_before: String::new(),
                    is_form: false,
                    ..own.clone()
                });
            }
        }
        surfaces.retain(|surface| !surface.text.is_empty());
        surfaces
    }

    /// Returns true if a word is a form of a stem that begins with one of the stem's spellings.
    fn is_form(&self, word: &str, stem: &str, start: &str) -> bool {
        let mut ends = Vec::new();
        let surfaces = self.search_surfaces(stem);
        surfaces.iter().filter(|surface| surface.text == start).any(|surface| {
            ends.clear();
            self.ends(word, 0, start.len(), surface, &mut ends);
            ends.contains(&word.len())
        })
    }

    /// Returns the stem that a change turns into a text.
    fn before_change(&self, changed: &str, change: &StemChange) -> Option<String> {
        let becomes = change.becomes.as_ref()?;
        if change.is_whole {
            return (changed == becomes).then(|| change.ends.clone());
        }
        let kept = changed.strip_suffix(becomes.as_str())?;
        // The classes before the letters are a condition for the text that stays.
        let letters = change.ends.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let mut classes = change.ends[..change.ends.len() - letters.len()].chars().rev();
        let mut last = kept.chars().rev();
        let fits = |class: char| last.next().is_some_and(|c| self.classes.get(&c) == Some(&class));
        classes.all(fits).then(|| format!("{kept}{letters}"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::yaml;
    use crate::model::{Inflection, LanguagePack};

    fn rules(language: &str) -> Inflection {
        let path = format!("{}/themes/default/languages/{language}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the file is there");
        let mut problems = Vec::new();
        let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
        let pack = LanguagePack::default().overlaid(&node, &mut problems);
        assert_eq!(problems, []);
        pack.endings
    }

    /// Checks lines of `word: forms` against the rules of a language, and that there are at least
    /// so many forms.
    #[track_caller]
    fn check(language: &str, table: &str, are_forms: bool, least: usize) {
        let rules = rules(language);
        let (mut wrong, mut count) = (String::new(), 0);
        for line in table.lines().filter(|line| !line.trim().is_empty()) {
            let (word, forms) = line.split_once(':').expect("a line has a word and its forms");
            let stems = rules.stems(word.trim());
            for form in forms.split_whitespace() {
                count += 1;
                let shared: Vec<String> = rules.stems(form).into_iter().filter(|stem| stems.contains(stem)).collect();
                if shared.is_empty() == are_forms {
                    wrong += &format!("{language} {}: {form} ({})\n", word.trim(), shared.join(" "));
                }
            }
        }
        assert_eq!(wrong, "");
        assert!(count >= least, "{language}: {count} pairs");
    }

    #[test]
    fn kazakh_forms_share_a_stem() {
        let table = "
            шешу: шешкен шешті шешуге шешуін шешеді шешпейді шешсе
            дамыту: дамытқан дамытты дамытатын дамыта дамытар дамытудың
            даму: дамиды дамып дамыған дамымайды дамудың
            тарту: тартады тартқан тартып тартса
            табу: табады тапты тапқан таппайды табуға
            қосу: қосты қосқан қоспаған қосуда
            жеткізу: жеткізген жеткізді жеткіздік жеткізбейді
            нығайту: нығайтты нығайтатыны
            ұсыну: ұсынған ұсынбаған
            көтеру: көтерген көтермей
            көрсету: көрсетпейді көрсеткен
            қорғау: қорғаған қорғап қорғауы
            сақтау: сақтаған сақтамайды сақтай
            оқу: оқыған оқиды оқымайды оқып
            қорқу: қорқады
            беру: берген береді бермес
            бару: барды барған барғанша барса барсын
            болу: болған болып болады болмаса болмақшы
            ету: етті еткен етеді етпейді
            алу: алды алған алып алмайды
            шығу: шықты шыққан шығады шықпаған
            қолдау: қолдады қолдайтын қолдап қолдауы қолдайық
            айту: айтты айтқандарымызға айтсақ
            туу: туған туады
            деу: деген дейді деп десе
            келу: келгелі келмейінше келетініне
            қою: қойды қояды қоймай
            сүю: сүйеді сүйген
            қарау: қарап қарайды қарағанда
            басқару: басқарған басқарады
            ынтымақтасу: ынтымақтасуға ынтымақтасып
            бес: бесінші бестен
            екі: екінші екіден екіншіге
            үш: үшінші
            он: оныншы
            төрт: төртінші төртке
            алты: алтыншы
            тоғыз: тоғызыншы
            қырық: қырқыншы
            жиырма: жиырмасыншы
            халық: халқы халықтың
            құқық: құқығы құқықтары
            одақ: одақтар одағында
            ел: елдің елімізде елдеріне
            достық: достығы
            миссия: миссиялардың
        ";
        check("kk", table, true, 120);
    }

    #[test]
    fn kazakh_words_that_look_alike_share_no_stem() {
        let table = "
            халық: халықаралық
            қар: қару қарудың қарар
            ел: елші елу
            бас: басу баспа
            алма: алмас алмады алу
            тіл: тілек
            қала: қалу қалды қалған қалау
            тап: тау
            бар: бару бау
            тарап: тарау тараулар
            жол: жолдық
            мемлекет: мемлекеттік
            мемлекеттің: мемлекеттік
            мәтінді: мәтіндік
            қолдар: қолдау
            жақтар: жақтау
            дос: достық
            серіктес: серіктестік
            құқық: құқықтық
            одақ: одақтас
            жер: жеу
            қатар: қатты қату
            салмақ: салу салып
            шарт: шара
            аз: азия
            тас: тау
            көл: көлік
            бал: балық бала
            күн: күндіз
            айту: айтушы
            бөлу: бөлме
            басу: баспа
            үш: үшін
            он: онда оны оның
            әр: әрі
            ту: туу туған
            де: деген
            дейін: деп деген
            қара: қарау қарады
        ";
        check("kk", table, false, 50);
    }

    #[test]
    fn english_forms_share_a_stem() {
        let table = "
            nation: nations
            treaty: treaties
            society: societies
            sign: signed signing signs
            unite: united uniting unites
            state: states stated stating
            develop: develops developed developing
            achieve: achieved achieving
            strengthen: strengthens strengthened
            meet: meets met meeting
            speak: spoke spoken speaks
            write: wrote written writing writes
            take: took taken taking
            give: gave given gives
            solve: solved solving
            propose: proposing proposed
            edit: edited editing
            visit: visited visiting
            limit: limited
            enter: entered
            open: opened
            plan: planned planning plans
            travel: travelled traveling
            refer: referred referring
            study: studied studying studies
            play: played playing
            die: died dying dies
            agree: agreed agreeing
            go: went gone goes going
            be: was were been being is
            do: did done does
            have: had has having
            man: men
            child: children
            analysis: analyses
            analyse: analysed analysing
            change: changed changing
            use: used using uses
            reach: reached reaches
            join: joined joining
            continue: continued continuing
            found: founded founding
        ";
        check("en", table, true, 80);
    }

    #[test]
    fn english_words_that_look_alike_share_no_stem() {
        let table = "
            state: station stationed
            policy: police policing
            unit: united unite uniting
            cent: central
            single: sing
            polite: politics policies
            news: new
            princess: princes
            hop: hoped hoping
            plan: planed plane
            the: thing
            it: its
            even: evening event
            star: stared stare
            ear: year earl
            art: article
            nation: national
            organise: organ
            moment: momentum
            us: used use
            past: pastor
            on: one
        ";
        check("en", table, false, 25);
    }

    #[test]
    fn russian_forms_share_a_stem() {
        let table = "
            яблоко: яблока яблоком яблок
            книга: книги книгу книг книгами
            роза: розы роз
            пчела: пчёлы пчёл
            весло: весла весел вёсла вёслами
            садовник: садовника садовники
            сад: саду сады
            государство: государства государств
            договор: договоры договоров
            отец: отца отцы
            рынок: рынка рынки
            день: дня дней
            имя: имени имена имён
            статья: статьи статей
            новый: новая новых новыми
            русский: русская русских
            большой: большая большие больших
            хороший: хорошего хорошие
            синий: синяя синих
            сажать: сажает сажал сажали
            строить: строит строили строился
            рисовать: рисует рисовал
            вернуть: вернул вернёт
            писать: пишет писал
            любить: люблю любит
            идти: идёт шла шли
            человек: люди людей
        ";
        check("ru", table, true, 55);
    }

    #[test]
    fn russian_words_that_look_alike_share_no_stem() {
        let table = "
            россия: российский
            мир: мирный
            стол: столица
            сад: садовник сажать
            союз: союзник
            суд: судья
            дом: до
            вода: водить водит
            право: править
            весть: весло
            сеть: сила село
            мать: мало
            дело: делать
            государство: государственный
            карта: картина
        ";
        check("ru", table, false, 15);
    }

    #[test]
    fn turkish_forms_share_a_stem() {
        let table = "
            elma: elmaları elmanın
            kitap: kitabı kitapta kitapları
            ırmak: ırmağın ırmağı
            ağaç: ağaçları ağacı
            çocuk: çocuğu çocuklar
            bahçe: bahçemiz bahçede
            ev: evde evler evlerimizde
            gelmek: geldi geliyor gelecek gelen gelmedi gelmiyor gelmez
            çalışmak: çalıştı çalışıyor çalışan
            anlamak: anlıyor anladı anlamadı
            söylemek: söylüyor söyledi
            okumak: okuyor okudu okuma
            gitmek: gider gidiyor gitti
            demek: dedi diyor
            yapmak: yaparız yapacağı yaptığı
        ";
        check("tr", table, true, 35);
    }

    #[test]
    fn turkish_words_that_look_alike_share_no_stem() {
        let table = "
            bal: balık
            el: elma elmas elçi
            gül: gülmek gülüyor
            göz: gözlük
            tuz: tuzlu
            devlet: devletçi
            yedi: yemek
            emek: er
            kar: karar
            bağ: bağımsızlık
        ";
        check("tr", table, false, 13);
    }

    #[test]
    fn german_forms_share_a_stem() {
        let table = "
            apfel: äpfel äpfeln
            buch: bücher buches büchern
            garten: gärten
            fluss: flusses flüsse
            haus: häuser häusern
            stadt: städte städten
            rose: rosen
            gärtner: gärtnern gärtners
            kind: kinder kindern
            freundin: freundinnen
            ergebnis: ergebnisse
            neu: neue neuen neues
            pflanzen: pflanzt pflanzte
            arbeiten: arbeitet arbeitete
            sammeln: sammelte
            lesen: liest las
            gehen: ging gegangen
        ";
        check("de", table, true, 24);
    }

    #[test]
    fn german_words_that_look_alike_share_no_stem() {
        let table = "
            biene: bienenstock
            staat: staatlich stadt
            bett: beten
            garten: gärtner
            sonne: sonst
            land: landung
            sprache: spruch
            hund: hundert
            mut: mutter
            wort: antwort
            see: seele
        ";
        check("de", table, false, 10);
    }

    #[test]
    fn french_forms_share_a_stem() {
        let table = "
            pomme: pommes
            jardin: jardins
            bateau: bateaux
            œil: yeux
            national: nationale nationaux
            européen: européenne
            premier: première premières
            actif: active
            public: publique
            petit: petite petits
            récent: récente
            planter: plantent planté plante
            manger: mangeait mangeons
            commencer: commençait
            finir: finissent finit
            vendre: vendu vendent
            être: est sont
            faire: font faisait
        ";
        check("fr", table, true, 25);
    }

    #[test]
    fn french_words_that_look_alike_share_no_stem() {
        let table = "
            pomme: pomade
            port: porte
            mer: mes mère
            cher: chez
            vent: vente
            mai: mais
            jardin: jardinier
            état: étatique
            politique: police
            pont: ponter
            russe: russie
        ";
        check("fr", table, false, 11);
    }
}
