/// How common a word is in troubleshooting prose, whatever the product: a guide of thirty issues
/// cannot tell by itself that "react" is rare and "appear" is not.
///
/// Counted over 9,239 articles of 19 sources: the share of a source's articles that have the stem,
/// as the mean of the middle half of the sources, so that no product's name gets in. Everyday
/// words are cheap then even where only one issue of a small base uses them.
package enum CommonWords {
  /// Whether a word as it is written is one of them.
  package static func have(_ word: String) -> Bool {
    Analyzer.words(of: word).contains { all[$0] != nil }
  }

  /// The share of texts that have a stem; nil: fewer than 0.4 %.
  static func share(_ stem: String) -> Double? { all[stem] }

  private static let bands: [(share: Double, stems: String)] = [
    (
      0.4,
      """
      an and are as be by can check com creat error follow for from has have http if in is
      issu it not of on or run see that the this to use using when will with you
      """
    ),
    (
      0.17,
      """
      add after all also any app at been but cannot case caus chang cluster code command
      configur data default do doc doe exampl fail file fix get inform like log may messag
      more must name need new no node one onli other remov requir set should so some start
      stat support system then ther thes time try type updat used user valu vers was which
      your
      """
    ),
    (
      0.085,
      """
      able about abov access additional allow alreadi another api applic attempt availabl
      becaus befor being below between both call common complet config connect contain correct
      could current delet deploi describ detail determin different disabl due each either
      enabl environ exist expect failur field find first found funct github help host how id
      includ indicat info install instanc instead into invalid io its key limit list local
      look make manag might miss multipl network non note number object occur open oper option
      out output page parameter path pleas possibl problem process provid read referenc report
      request resolv resourc restart result return same section select server servic show
      specifi specific status step still such sure test than thei them tool true two under up
      valid warn we wher whil without work would
      """
    ),
    (
      0.042,
      """
      activ address affect again alwai appear appli argu associ automatical back bas base
      becom block cach certain class client collect component condit consider consol container
      content context continu control custom debug defin depend detect dev direct directori
      disk document doesn don down dur edit en end enough ensur even event everi execut
      express fals featur filter form full gener general global go guid handl happen here
      however html identifi import incorrect increas insid internal item json known kubernet
      last later least level line link load locat long longer manager mani manual match mean
      memori method mode modul most my namespac necessari next none normal now once order org
      over part pass perform performanc plac plan pod point polici present prevent previous
      project proper queri re reach reason receiv recommend record refer relat releas replac
      root rule second shell similar sinc singl size solut sourc spac stor storag string
      successful tabl take target text their thos too trigger troubleshoot unabl until upgrad
      url usag usual variabl verifi via wait want way were what whether window within writ
      wrong
      """
    ),
    (
      0.021,
      """
      account across action actual advanc alternativ appropriat assign assum attach attribut
      avoid bad bash basic begin behavior best bind blob bug build byte clos cloud commit
      compar confirm conflict copi core correspond count crash critical databas date declar
      definit devic did displai docu done drop empti encounter endpoint enter entir entri etc
      exceed except exit experienc explicit export extens external firewall flag forward free
      ful functional further futur generat give given group had hav high higher hub ignor imag
      impl important index indic initial instruct interfac ip isn itself job keep keyword kind
      know larg latest lead left length less let librari linux live low machin made main map
      mark master max metadata migr minut mismatch modifi monitor move nam never null off
      often ok old older original os otherwis outsid own particular past patch pend per period
      permiss persistent pool port print prior privat procedur product properti provider proxi
      public rang readi recent recoveri remain replica respons restor review right role safe
      scenario schedul scop script search secur self send separat sess setup shar short shown
      side situ skip slow solv someth sometim standard static stop switch tag task templat
      temporari therefor thre through timeout track typical unexpect unknown us var veri view
      web well why workaround www yaml
      """
    ),
    (
      0.011,
      """
      accept admin against alloc although amount annot approach architectur around arrai
      articl ask authoriz auto automatic availabil backend backup bin blog break browser built
      bundl captur certificat choos clean clear click column combin compatibil compatibl
      connectiv constraint consum contact controller convert corrupt cpu credential degrad
      deni dependenci deprec descript design desir destin develop developer diagnos diagnostic
      discuss distribut doing domain download driver dump duplicat dynamic earlier effect ele
      engin equal exact expand expir explain extend fetch few fill final forc frequent generic
      git greater handler hard header healthi hold hour immediat impact individual init
      initializ input inspect insufficient integr intend introduc investigat involv just
      kernel kubectl kubelet label larger leav lib lock loop loss lost major mak maximum md
      member mention metric migrat mount mov much navigat net newer noth notic observ operator
      optimiz overrid owner packag pattern persist platform post potential practic pre prefix
      primari prob proceed produc program progress protect protocol put question queu rather
      real reduc register registri regular reli repe represent reserv resolut respond retriev
      roll rout runtim save schema secret seen sent serv sh simpl softwar src stack structur
      stuck suggest syntax tab tak tcp team term termin though threshold top total traffic
      tree turn unavailabl understand uniqu unless unsupport validat various virtual visibl
      volum whol whos wide won worker workload yet zero
      """
    ),
    (
      0.0055,
      """
      abil accessibl addit adjust administrator agent alert alia along analysis analyz anyth
      apis append applicabl archiv arg async authentic await awar background bar behind belong
      better binari bit bodi bound box buffer button calcul cancel capac cat catch character
      child claim cli come communic complex comput consistent constant convers cover cross
      curl customer customiz daemon dashboard day db decid delai deletion desc differ
      differenc dir discover doubl durat dynamical ear effectiv else email enforc enterpris
      err especial establish evalu evaluat exclusiv exec expos extra extract fast filesystem
      finish flow folder foo fs goe going good grep hardwar head health histori hit home
      identical identifier implement implicit improv incompatibl insert int interact investig
      invok kube languag layer learn legaci lifecycl login lower maintain maintenanc manifest
      mechanism menu merg microsoft min minimum misconfigur mitig model multi nativ negativ
      nest notific obtain onto opt optional our overall overview packet param parent parti
      partial partit permanent permit phas physical power prefer prepar preserv probabl
      problematic profil prompt provis ps publish pull purpos push quick rais rare raw
      reachabl reboot rebuild recogniz recover red ref reflect relevant remot renam render
      repair replic reset respectiv responsibl rest restrict resum retri risk rpc sampl sav
      scal scan sequenc sever several shut signatur significant simp site small smaller
      snapshot soon sort spec special specifical split sql stabil stabl stag stai stream styl
      sub subject succeed sufficient symptom sync synchroniz sys tell thing third thread thus
      tim tls together token transit tri trie txt ui unlik unus useful utiliz vari viol vm
      watch who word written zone
      """
    ),
  ]

  /// Every stem with its share.
  static let all: [String: Double] = {
    var shares: [String: Double] = [:]
    for band in bands {
      for stem in band.stems.split(whereSeparator: \.isWhitespace) {
        shares[String(stem)] = band.share
      }
    }
    return shares
  }()
}
