//! Owns the words by which furniture shows itself in a line of text, in the languages pages are read in.
//!
//! All lowercase. What opens a line is matched at its start, what is whole is matched as the whole line.

/// Opens a caption's credit: `Photo: name`.
#[rustfmt::skip]
pub(super) const CREDIT: &[&str] = &[
    "photo", "photos", "image", "images", "picture", "pictures", "photograph", "photo credit", "image credit",
    "credit", "image source", "photo source", "file photo", "archive photo", "illustration", "illustrative photo",
    "video", "screenshot", "graphic", "image caption", "media caption", "photo by", "photo courtesy", "foto", "fotos",
    "bild", "bilder", "bildnachweis", "bildquelle", "symbolbild", "archivbild", "crédit photo", "crédit", "crédits",
    "crédito", "créditos", "photo d'illustration", "imagen", "imágenes", "foto de archivo", "imagem", "imagens",
    "foto d'archivio", "immagine", "zdjęcie", "fot", "źródło zdjęcia", "źródło", "fotoğraf", "görsel", "kaynak",
    "фото", "фотографія", "фотография", "ілюстративне фото", "ілюстрація", "иллюстрация", "архивное фото",
    "архівне фото", "скріншот", "скриншот", "зображення", "изображение", "відео", "видео", "фото иллюстративное",
    "фото ілюстративне", "الصورة", "صورة", "تصوير", "图片来源", "图片", "图源", "图", "摄影", "写真", "画像", "写真提供",
    "representative image", "representational image", "abb.", "abbildung", "fot.", "infografik", "ill.",
    "责任编辑", "责编", "責任編輯", "编辑", "校对",
];

/// Opens a line that sends readers to another article.
#[rustfmt::skip]
pub(super) const READ_ALSO: &[&str] = &[
    "read also", "also read", "read more", "read next", "read:", "see also", "more:", "more on this", "related:",
    "related article", "related articles", "related stories", "related story", "related news", "related coverage",
    "related content", "related topics", "related posts", "recommended:", "recommended reading", "don't miss",
    "also see", "watch:", "listen:", "click here", "you may also like", "you might also like", "further reading",
    "keep reading", "lesen sie auch", "lesen sie mehr", "lesen sie hier", "mehr zum thema", "auch interessant",
    "mehr dazu", "weiterlesen", "lire aussi", "à lire aussi", "a lire aussi", "à lire également", "lire également",
    "à voir aussi", "voir aussi", "lire la suite", "sur le même sujet", "pour aller plus loin", "lea también",
    "lee también", "leer también", "lea además", "te puede interesar", "le puede interesar", "más información",
    "ver también", "además:", "lea más", "leer más", "también te puede", "noticias relacionadas", "puedes leer",
    "leggi anche", "leggi pure", "per approfondire", "potrebbe interessarti", "vedi anche", "leggi tutto",
    "leia também", "leia mais", "veja também", "ler também", "saiba mais", "leia ainda", "veja mais", "czytaj też",
    "czytaj także", "czytaj również", "czytaj więcej", "przeczytaj także", "przeczytaj też", "zobacz też",
    "zobacz także", "zobacz również", "zobacz:", "polecamy", "więcej na ten temat", "sprawdź też", "ayrıca oku",
    "ilgili haber", "ilginizi çekebilir", "bunu da oku", "daha fazla oku", "ayrıca bakınız", "bu haberi de oku",
    "читайте также", "читайте ещё", "читайте еще", "читать также", "читайте по теме", "смотрите также", "по теме",
    "материалы по теме", "подробнее:", "подробнее о", "вам может быть интересно", "ещё по теме", "читайте також",
    "читайте ще", "читайте нас", "дивіться також", "за темою", "детальніше:", "вас може зацікавити",
    "матеріали за темою", "більше новин", "до теми", "اقرأ أيضا", "اقرأ أيضًا", "اقرأ أيضاً", "إقرأ أيضا",
    "شاهد أيضا", "شاهد أيضاً", "طالع أيضا", "مواضيع ذات صلة", "أخبار ذات صلة", "延伸阅读", "相关阅读", "相关新闻", "相关报道", "推荐阅读",
    "更多阅读", "阅读更多", "相關新聞", "延伸閱讀", "関連記事", "あわせて読みたい", "続きを読む", "おすすめ記事", "合わせて読みたい",
    "our standards:",
];

/// Opens a line that asks for an address, a click or money.
#[rustfmt::skip]
pub(super) const SUBSCRIBE: &[&str] = &[
    "subscribe to", "subscribe now", "sign up for", "sign up to", "sign up here", "follow us", "follow our",
    "join our", "get our", "get the latest", "newsletter", "download our app", "download the app", "support our",
    "like us on", "register for", "log in to", "already a subscriber", "click to subscribe", "share this",
    "support us", "donate", "abonnieren sie", "newsletter abonnieren", "jetzt abonnieren", "folgen sie uns",
    "melden sie sich", "abonnez-vous", "inscrivez-vous", "suivez-nous", "recevez", "s'abonner", "suscríbete",
    "suscríbase", "síguenos", "síganos", "regístrate", "únete a nuestro", "recibe nuestr", "iscriviti", "seguici",
    "abbonati", "ricevi le", "unisciti al", "assine", "inscreva-se", "siga-nos", "siga o", "cadastre-se", "receba as",
    "participe do", "entre no canal", "subskrybuj", "zapisz się", "obserwuj nas", "śledź nas", "dołącz do",
    "abone ol", "bizi takip", "takip edin", "bültenimize", "kanalımıza", "подписывайтесь", "подпишитесь",
    "подписаться", "следите за", "присоединяйтесь", "наш телеграм", "наш telegram", "підписуйтесь", "підписуйтеся",
    "підпишіться", "підписатися", "стежте за", "приєднуйтесь", "приєднуйтеся", "слідкуйте за", "долучайтесь",
    "отримуйте новини", "اشترك", "تابعونا", "تابعنا", "انضم إلى", "订阅", "关注我们", "扫码关注", "訂閱", "フォロー", "メルマガ", "無料登録",
];

/// Whole lines of controls and labels.
#[rustfmt::skip]
pub(super) const LABELS: &[&str] = &[
    "share", "tweet", "facebook", "twitter", "whatsapp", "telegram", "linkedin", "email", "e-mail", "print",
    "copy link", "copy", "save", "pin", "reddit", "x", "comments", "comment", "leave a comment", "advertisement",
    "advertising", "ad", "ads", "loading", "loading...", "loading…", "listen", "play", "video", "photos", "gallery",
    "follow", "more", "close", "menu", "subscribe", "sign up", "log in", "login", "home", "search", "top stories",
    "trending", "tags", "tags:", "topics", "share this", "share this article", "story continues below advertisement",
    "article continues below", "continue reading", "sponsored", "advertisement - scroll to continue",
    "skip to content", "back to top", "next", "previous", "link copied", "anzeige", "werbung", "teilen", "drucken",
    "merken", "kommentare", "quelle", "zur startseite", "publicité", "partager", "imprimer", "commentaires",
    "newsletter", "abonné", "réservé aux abonnés", "publicidad", "compartir", "comentarios", "imprimir", "pubblicità",
    "condividi", "commenti", "stampa", "publicidade", "compartilhar", "comentários", "partilhar",
    "continua após a publicidade", "reklama", "udostępnij", "komentarze", "drukuj", "reklam", "paylaş", "yorumlar",
    "yazdır", "реклама", "поделиться", "комментарии", "поділитися", "поширити", "коментарі", "теги", "теги:", "друк",
    "печать", "новости по теме", "إعلان", "اعلان", "شارك", "مشاركة", "تعليقات", "طباعة", "广告", "分享", "评论", "打印",
    "分享到", "広告", "シェア", "コメント", "印刷", "ツイート", "sms", "pinterest", "messenger", "flipboard", "viber",
    "threads", "bluesky", "show caption", "hide caption", "toggle caption", "table of contents", "contents",
    "press enter or click to view image in full size", "view image in fullscreen", "inhaltsverzeichnis",
    "table des matières",
    "写真を拡大", "画像を拡大", "bild vergrößern", "agrandir l'image", "ampliar foto", "enlarge image", "open image in gallery",
    "image source", "next story", "previous story", "next article", "next post", "previous post",
    "zurück", "zur übersicht", "nach oben", "back", "print page", "retour", "haut de page", "volver", "indietro", "voltar",
    "powrót", "wróć", "geri", "назад", "наверх", "на головну", "返回", "关闭", "戻る", "トップへ戻る",
];

/// Words of buttons that pass an article on; a line of nothing else is a row of them.
#[rustfmt::skip]
pub(super) const SHARES: &[&str] = &[
    "share", "facebook", "twitter", "whatsapp", "telegram", "linkedin", "pinterest", "reddit", "messenger", "flipboard",
    "viber", "threads", "bluesky", "email", "e-mail", "mail", "sms", "x", "tweet", "print", "copy", "link", "save", "back",
    "zurück", "drucken", "teilen", "retour", "imprimer", "partager", "volver", "imprimir", "compartir", "indietro", "stampa",
    "condividi", "voltar", "partilhar", "wróć", "drukuj", "udostępnij", "geri", "yazdır", "paylaş", "назад", "печать",
    "поделиться", "друк", "поділитися",
];

/// Headings behind which a page no longer holds the article.
#[rustfmt::skip]
pub(super) const TAIL: &[&str] = &[
    "related articles", "related stories", "related news", "related posts", "related content", "related topics",
    "related", "more on this story", "more from", "you may also like", "you might also like", "recommended",
    "recommended for you", "read more", "read next", "most read", "most popular", "latest news", "comments",
    "leave a comment", "leave a reply", "about the author", "popular", "trending now", "top stories", "more stories",
    "also on", "share this article", "tags", "mehr zum thema", "das könnte sie auch interessieren", "kommentare",
    "meistgelesen", "sur le même sujet", "à lire aussi", "commentaires", "les plus lus", "noticias relacionadas",
    "te puede interesar", "comentarios", "más leídas", "más noticias", "leggi anche", "commenti",
    "articoli correlati", "potrebbe interessarti", "leia também", "veja também", "comentários", "mais lidas",
    "notícias relacionadas", "czytaj też", "komentarze", "zobacz także", "polecane", "ilgili haberler", "yorumlar",
    "читайте также", "комментарии", "материалы по теме", "новости по теме", "последние новости", "популярное",
    "главное сегодня", "читайте також", "коментарі", "матеріали за темою", "останні новини", "популярне",
    "новини за темою", "топ новини", "اقرأ أيضا", "مواضيع ذات صلة", "أخبار ذات صلة", "الأكثر قراءة", "التعليقات",
    "相关新闻", "相关阅读", "推荐阅读", "热门新闻", "评论", "関連記事", "おすすめ記事", "コメント", "アクセスランキング",
    "next story", "next article", "other posts you may enjoy", "what to read next", "what others are reading",
    "also read", "in other news", "more news", "more on this topic", "latest stories", "editor's picks", "editors' picks",
    "weitere artikel", "weitere meldungen", "mehr aus diesem ressort", "auch interessant", "lesen sie auch",
    "weitere nachrichten", "das könnte dich auch interessieren", "dans la même rubrique", "lire aussi", "sur le même thème",
    "articles liés", "à découvrir aussi", "vous aimerez aussi", "artículos relacionados", "también te puede interesar",
    "te recomendamos", "lo más leído", "lo más visto", "últimas noticias", "más sobre este tema", "notizie correlate",
    "potrebbe interessarti anche", "ti potrebbe interessare", "ultime notizie", "i più letti", "articoli più letti",
    "mais notícias", "últimas notícias", "leia mais", "recomendadas", "przeczytaj także", "przeczytaj również",
    "zobacz również", "powiązane artykuły", "najnowsze", "najczęściej czytane", "benzer haberler",
    "ilginizi çekebilir", "çok okunanlar", "son haberler", "diğer haberler", "похожие статьи", "похожие новости",
    "смотрите также", "другие новости", "ещё по теме", "еще по теме", "самое читаемое", "читают сейчас",
    "схожі новини", "інші новини", "дивіться також", "читайте ще", "найпопулярніше", "اقرأ المزيد", "أخبار متعلقة",
    "قد يعجبك أيضا", "المزيد من الأخبار", "الأكثر مشاهدة", "مقالات ذات صلة", "延伸阅读", "更多新闻", "相关报道", "猜你喜欢", "熱門新聞",
    "あわせて読みたい", "関連ニュース", "最新ニュース", "人気記事", "新着記事",
];

/// Holders of picture rights; a short line that ends in one is a credit.
#[rustfmt::skip]
pub(super) const AGENCIES: &[&str] = &[
    "getty images", "reuters", "afp", "epa", "ap photo", "associated press", "shutterstock", "istock", "dpa",
    "picture alliance", "imago", "ansa", "efe", "pap", "ukrinform", "укрінформ", "тасс", "риа новости", "unian",
    "уніан", "lusa", "anadolu", "xinhua", "adobe stock", "pixabay", "unsplash", "pexels", "alamy", "zuma", "keystone",
    "scanpix", "afp via getty images", "新华社", "共同通信",
];

/// Stands anywhere in a short line that says how the page earns its money.
#[rustfmt::skip]
pub(super) const DISCLAIMERS: &[&str] = &[
    "affiliate link", "small commission", "earn a commission", "we may earn", "funded by readers", "become a paid subscriber",
    "delivery charges may apply", "forwarded to you?", "continues below advertisement", "enable javascript", "ad blocker",
    "in your inbox", "to your inbox", "thomson reuters trust principles", "in ihr postfach", "in dein postfach",
    "dans votre boîte mail", "dans votre boite mail", "en tu correo", "en tu bandeja de entrada", "nella tua casella",
    "na sua caixa de entrada", "na twoją skrzynkę",
];

/// Stands anywhere in a line about the rights to the page.
#[rustfmt::skip]
pub(super) const RIGHTS: &[&str] = &[
    "all rights reserved", "alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados",
    "todos os direitos reservados", "все права защищены", "усі права захищені", "wszelkie prawa zastrzeżone",
    "tüm hakları saklıdır",
    "版权归", "版权所有", "未经授权", "转载请注明", "無断転載", "无断转载",
];

/// Opens a line that says what a date is the date of.
#[rustfmt::skip]
pub(super) const STAMPS: &[&str] = &[
    "published", "updated", "posted", "last updated", "last modified", "first published", "veröffentlicht",
    "aktualisiert", "stand", "publié", "mis à jour", "publicado", "actualizado", "atualizado", "pubblicato",
    "aggiornato", "opublikowano", "опубликовано", "обновлено", "опубліковано", "оновлено", "yayınlanma", "تم نشره",
    "نشر في", "آخر تحديث", "发布时间", "更新时间", "公開日", "更新日", "yayın tarihi", "güncelleme", "data publikacji",
    "data aktualizacji", "erstellt", "fecha", "date", "created", "article mis à jour", "article publié",
];

/// Stands in a line that says how long the text takes to read.
#[rustfmt::skip]
pub(super) const READING: &[&str] = &[
    "min read", "mins read", "minute read", "minutes read", "minutes to read", "reading time", "read time", "lesezeit",
    "min. lesedauer", "lesedauer", "temps de lecture", "min de lecture", "minutes de lecture", "tiempo de lectura",
    "min de lectura", "minutos de lectura", "tempo di lettura", "min di lettura", "minuti di lettura",
    "tempo de leitura", "min de leitura", "minutos de leitura", "czas czytania", "min czytania", "minut czytania",
    "okuma süresi", "dk okuma", "dakika okuma", "dakikada okunur", "время чтения", "мин чтения", "мин. чтения",
    "минут чтения", "время на чтение", "час читання", "хв читання", "хвилин читання", "وقت القراءة", "مدة القراءة",
    "دقيقة قراءة", "دقائق قراءة", "阅读时间", "分钟阅读", "閱讀時間", "読了時間", "分で読めます",
];

/// What a gallery counts: `Photo 3 of 12`.
pub(super) const COUNTED: &[&str] =
    &["photo", "image", "picture", "slide", "bild", "foto", "imagen", "imagem", "zdjęcie", "фото", "слайд"];

/// Opens a short line that names the folders and the tags of an article.
#[rustfmt::skip]
pub(super) const FILED: &[&str] = &[
    "filed under", "filed to:", "posted in", "tagged", "tags:", "tag:", "topics:", "categories:", "category:",
    "eingeordnet unter", "verschlagwortet mit", "veröffentlicht unter", "schlagwörter:", "schlagworte:", "kategorien:",
    "kategorie:", "themen:", "classé dans", "étiquettes :", "étiquettes:", "mots-clés", "archivado en", "archivado bajo",
    "etiquetas:", "temas:", "categorías:", "categoría:", "categorie:", "argomenti:", "marcadores:", "categorias:",
    "categoria:", "assuntos:", "kategoria:", "tagi:", "etiketler:", "kategori:", "рубрика:", "рубрики:", "теги:",
    "метки:", "ключевые слова:", "мітки:", "категорія:", "категорії:", "ключові слова:", "الوسوم:", "الكلمات الدلالية",
    "كلمات مفتاحية", "标签：", "标签:", "关键词：", "关键词:", "標籤：", "タグ：", "タグ:", "キーワード：",
];

/// Heads the lines that say who the author is.
#[rustfmt::skip]
pub(super) const ABOUT_AUTHOR: &[&str] = &[
    "about the author", "about the authors", "about the writer", "author bio", "author", "über den autor",
    "über die autorin", "über die autoren", "über den autor / die autorin", "zum autor", "zur autorin",
    "zu den autoren", "zu den autorinnen", "zur person", "à propos de l'auteur", "à propos de l’auteur",
    "à propos des auteurs", "l'auteur", "l’auteur", "l'auteure", "sobre el autor", "sobre la autora",
    "acerca del autor", "acerca de la autora", "sobre o autor", "sobre a autora", "sull'autore", "sull’autore",
    "sull'autrice", "l'autore", "l’autore", "o autorze", "o autorce", "yazar hakkında", "об авторе", "об авторах",
    "про автора", "про авторку", "про авторів", "عن الكاتب", "عن المؤلف", "نبذة عن الكاتب", "作者简介", "关于作者", "作者簡介",
    "著者プロフィール", "筆者プロフィール", "執筆者プロフィール", "この記事の著者",
];

/// Stands between an author's name and what the author is.
#[rustfmt::skip]
pub(super) const AUTHOR_IS: &[&str] = &[
    " is ", " are ", " covers ", " writes ", " reports ", " ist ", " sind ", " schreibt ", " arbeitet ", " berichtet ",
    " est ", " es ", " é ", " è ", " jest ", " — ", " – ",
];
